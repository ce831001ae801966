#include "usages.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "kubus/pki/signing_request.h"

namespace kubus::pki {
namespace {

struct Usage {
  std::string_view name;
  std::string_view field;
  bool extended;
};

// In the order in which they are written into a certificate.
constexpr Usage kUsages[] = {
    {"digital signature", "digitalSignature", false},
    {"signing", "digitalSignature", false},
    {"content commitment", "nonRepudiation", false},
    {"key encipherment", "keyEncipherment", false},
    {"data encipherment", "dataEncipherment", false},
    {"key agreement", "keyAgreement", false},
    {"cert sign", "keyCertSign", false},
    {"crl sign", "cRLSign", false},
    {"encipher only", "encipherOnly", false},
    {"decipher only", "decipherOnly", false},
    {"any", "anyExtendedKeyUsage", true},
    {"server auth", "serverAuth", true},
    {"client auth", "clientAuth", true},
    {"code signing", "codeSigning", true},
    {"email protection", "emailProtection", true},
    {"s/mime", "emailProtection", true},
    {"ipsec end system", "ipsecEndSystem", true},
    {"ipsec tunnel", "ipsecTunnel", true},
    {"ipsec user", "ipsecUser", true},
    {"timestamping", "timeStamping", true},
    {"ocsp signing", "OCSPSigning", true},
    {"microsoft sgc", "msSGC", true},
    {"netscape sgc", "nsSGC", true},
};

}  // namespace

const std::vector<std::string_view>& known_usages() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const auto& usage : kUsages) out.push_back(usage.name);
    std::sort(out.begin(), out.end());
    return out;
  }();
  return names;
}

UsageExtensions usage_extensions(const std::vector<std::string>& usages) {
  UsageExtensions out;
  std::set<std::string_view> written;
  for (const auto& usage : kUsages) {
    if (std::find(usages.begin(), usages.end(), usage.name) == usages.end()) continue;
    if (!written.insert(usage.field).second) continue;
    auto& value = usage.extended ? out.extended : out.basic;
    if (!value.empty()) value += ',';
    value += usage.field;
  }
  if (!out.basic.empty()) out.basic.insert(0, "critical,");
  return out;
}

}  // namespace kubus::pki
