// Requests for certificates and certificates, as text and as the bytes within it.
#include "kubus/api/base64.h"
#include "kubus/pki/signing_request.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

const pki::Pair& ca() {
  static const auto made = *pki::make_ca("fuzz", std::chrono::hours(1));
  return made;
}

std::string block(const std::string& kind, std::string_view bytes) {
  std::string out = "-----BEGIN " + kind + "-----\n";
  const auto text = encode_base64(bytes);
  for (std::size_t at = 0; at < text.size(); at += 64) out += text.substr(at, 64) + "\n";
  return out + "-----END " + kind + "-----\n";
}

// The bytes of the first block of `pem`.
std::string bytes_in(const std::string& pem) {
  std::string text = pem.substr(pem.find('\n') + 1);
  text.resize(text.find('-'));
  std::erase(text, '\n');
  return *decode_base64(text);
}

void read(const std::string& pem) {
  if (pki::check_certificates(pem).ok())
    require(pki::inspect(pem).ok(), "a certificate that is one cannot be read");
  const auto asked = pki::read_request(pem);
  const auto made = pki::sign_request(ca(), pem, {{"client auth"}, std::chrono::hours(2)});
  require(asked.ok() == made.ok(), "what can be read cannot be signed, or the other way round");
  if (!made.ok()) return;
  require(pki::check_certificates(*made).ok(), "what was signed is no certificate");
  const auto facts = pki::inspect(*made);
  require(facts->subject.common_name == asked->subject.common_name &&
              facts->subject.organizations == asked->subject.organizations &&
              facts->dns_names == asked->dns_names && facts->addresses == asked->addresses &&
              facts->emails == asked->emails && facts->uris == asked->uris,
          "something else was signed");
  require(facts->not_after <= pki::inspect(ca().certificate_pem)->not_after, "outlives its CA");
}

}  // namespace

void run(std::string_view input) {
  read(std::string(input));
  read(block("CERTIFICATE REQUEST", input));
  read(block("CERTIFICATE", input));
}

std::vector<std::string> seeds() {
  pki::Request wanted;
  wanted.subject = {"system:node:n", {"system:nodes", "other"}};
  wanted.dns_names = {"n", "n.example.com"};
  wanted.addresses = {"192.168.7.1", "fd00::1"};
  const auto request = pki::make_request(wanted)->request_pem;
  const auto& certificate = ca().certificate_pem;
  return {request, certificate, bytes_in(request), bytes_in(certificate),
          certificate + request};
}

}  // namespace kubus::fuzz
