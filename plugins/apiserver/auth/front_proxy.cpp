#include "auth/front_proxy.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>

#include "kubus/pki/certificate.h"
#include "request/query.h"

namespace kubus::apiserver {
namespace {

class FrontProxyAuthenticator final : public Authenticator {
 public:
  FrontProxyAuthenticator(std::string ca_pem, FrontProxyOptions options)
      : ca_pem_(std::move(ca_pem)), options_(std::move(options)) {}

  Result<std::optional<Identity>> authenticate(const http::Request& request) override {
    Identity identity;
    identity.name = first(request.headers, options_.user_headers);
    if (identity.name.empty() || !request.peer.certificate) return std::optional<Identity>();
    // Anybody may send such fields; only a proxy is believed.
    auto proxy = pki::verify_client(*request.peer.certificate, ca_pem_);
    if (!proxy.ok()) return proxy.status();
    const auto& allowed = options_.allowed_names;
    if (!allowed.empty() &&
        std::find(allowed.begin(), allowed.end(), proxy->subject.common_name) == allowed.end())
      return Status(Code::kUnauthorized, "not one of the front proxies");
    identity.uid = first(request.headers, options_.uid_headers);
    read_fields(request.headers, identity);
    if (!identity.in_group("system:authenticated") && identity.name != "system:anonymous")
      identity.groups.emplace_back("system:authenticated");
    return std::optional<Identity>(std::move(identity));
  }

 private:
  static std::string first(const http::Headers& headers, const std::vector<std::string>& names) {
    for (const auto& name : names)
      if (const auto value = headers.get(name); !value.empty()) return std::string(value);
    return {};
  }

  void read_fields(const http::Headers& headers, Identity& identity) const {
    for (const auto& [name, value] : headers.fields()) {
      for (const auto& group : options_.group_headers)
        if (http::iequals(name, group)) identity.groups.push_back(value);
      for (const auto& prefix : options_.extra_prefixes) {
        if (!boost::istarts_with(name, prefix)) continue;
        const auto key = boost::to_lower_copy(name.substr(prefix.size()));
        identity.extra[percent_decode(key, false)].push_back(value);
      }
    }
  }

  const std::string ca_pem_;
  const FrontProxyOptions options_;
};

}  // namespace

std::unique_ptr<Authenticator> make_front_proxy_authenticator(std::string ca_pem,
                                                              FrontProxyOptions options) {
  return std::make_unique<FrontProxyAuthenticator>(std::move(ca_pem), std::move(options));
}

}  // namespace kubus::apiserver
