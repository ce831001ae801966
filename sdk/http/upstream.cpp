#include "upstream.h"

#include <openssl/x509v3.h>

#include <cctype>
#include <vector>

namespace kubus::http {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string connect_failure(const boost::system::error_code& error) {
  if (error == asio::error::operation_aborted) return "i/o timeout";
  std::string text = error.message();
  text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return "connect: " + text;
}

// Why a certificate is not believed, as the reference says it.
std::string disbelief(long verdict, const std::string& name) {
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "x509: certificate is not valid for " + name;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "x509: certificate has expired or is not yet valid";
    default:
      return "x509: certificate signed by unknown authority";
  }
}

}  // namespace

bool is_upgrade(const Request& request) {
  return request.headers.has_token("Connection", "upgrade");
}

void drop_hop_fields(Headers& headers) {
  std::vector<std::string> names = {"Connection", "Content-Length", "Transfer-Encoding",
                                    "Date",       "Keep-Alive",     "Proxy-Authenticate",
                                    "Trailer",    "Upgrade",        "Proxy-Connection"};
  for (const auto named : headers.values("Connection")) names.emplace_back(named);
  for (const auto& name : names) headers.erase(name);
}

void complete_answer(Upstream& upstream, Response& answer) {
  if (upstream.on_status) upstream.on_status(answer.status);
  for (const auto& [name, value] : upstream.answer.fields()) answer.headers.add(name, value);
}

std::string upstream_request(const Request& request, const Upstream& upstream) {
  const bool upgrade = is_upgrade(request);
  const auto& host = upstream.server_name.empty() ? upstream.host : upstream.server_name;
  const bool version6 = host.find(':') != std::string::npos;
  std::string text = request.method + " " + upstream.target + " HTTP/1.1\r\nHost: " +
                     (version6 ? "[" + host + "]" : host) + ":" + std::to_string(upstream.port) +
                     "\r\n";
  for (const auto& [name, value] : upstream.headers.fields())
    text.append(name).append(": ").append(value).append("\r\n");
  if (upgrade)
    text.append("Connection: Upgrade\r\nUpgrade: ")
        .append(request.headers.get("Upgrade"))
        .append("\r\n");
  else
    text.append("Connection: close\r\n");
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
    text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  return text + "\r\n" + request.body;
}

void expect_name(SSL* connection, const std::string& name) {
  auto* wanted = SSL_get0_param(connection);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1) return;
  X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
  SSL_set_tlsext_host_name(connection, name.c_str());
}

std::string handshake_failure(SSL* connection, const boost::system::error_code& error,
                              const std::string& name) {
  const auto verdict = SSL_get_verify_result(connection);
  const bool checked = (SSL_get_verify_mode(connection) & SSL_VERIFY_PEER) != 0;
  if (checked && verdict != X509_V_OK)
    return "tls: failed to verify certificate: " + disbelief(verdict, name);
  return "tls: " + error.message();
}

asio::awaitable<std::string> connect_upstream(tcp::socket& socket, const Upstream& upstream) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(upstream.host, error);
  if (error) co_return error.message();
  const tcp::endpoint place(address, upstream.port);
  const auto [failed] = co_await socket.async_connect(place, kAwaitUpstream);
  if (failed)
    co_return "dial tcp " + upstream.host + ":" + std::to_string(upstream.port) + ": " +
        connect_failure(failed);
  // A session's messages are small, and each is waited for.
  socket.set_option(tcp::no_delay(true), error);
  co_return std::string();
}

}  // namespace kubus::http
