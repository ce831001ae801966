#include "token/bootstrap_tokens.h"

#include <google/protobuf/message.h>
#include <k8s/core/v1/secret.pb.h>
#include <openssl/crypto.h>

#include <algorithm>

namespace kubus::apiserver {
namespace {

constexpr std::size_t kIdSize = 6;
constexpr std::size_t kSecretSize = 16;
constexpr std::string_view kGroupPrefix = "system:bootstrappers:";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool has_form(std::string_view token) {
  if (token.size() != kIdSize + 1 + kSecretSize || token[kIdSize] != '.') return false;
  return std::all_of(token.begin(), token.begin() + kIdSize, is_lower_or_digit) &&
         std::all_of(token.begin() + kIdSize + 1, token.end(), is_lower_or_digit);
}

bool is_group(std::string_view name) {
  constexpr std::size_t kLongest = 256;
  if (!name.starts_with(kGroupPrefix)) return false;
  name.remove_prefix(kGroupPrefix.size());
  return !name.empty() && name.size() <= kLongest && is_lower_or_digit(name.back()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower_or_digit(c) || c == ':' || c == '-'; });
}

std::string value_of(const core_v1::Secret& secret, const char* key) {
  const auto found = secret.data().find(key);
  return found == secret.data().end() ? std::string() : found->second;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// Nothing: a group that cannot be.
std::optional<std::vector<std::string>> groups_of(const core_v1::Secret& secret) {
  std::vector<std::string> groups = {"system:bootstrappers"};
  const auto extra = value_of(secret, "auth-extra-groups");
  for (std::string_view rest = extra; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto group = rest.substr(0, comma);
    if (!is_group(group)) return std::nullopt;
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.emplace_back(group);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return groups;
}

class BootstrapTokens final : public TokenAuthenticator {
 public:
  BootstrapTokens(ClusterCache& cache, Audiences own, Clock clock)
      : secrets_(*cache.find("", "secrets")), own_(std::move(own)), clock_(std::move(clock)) {}

  // What is wrong with one is only told apart from a token of another kind by its form.
  Result<std::optional<TokenHolder>> authenticate(std::string_view token,
                                                  const Audiences& audiences) override {
    const std::optional<TokenHolder> unknown;
    if (!has_form(token)) return unknown;
    const std::string id(token.substr(0, kIdSize));
    const auto object = secrets_.get("kube-system/bootstrap-token-" + id);
    if (!object || object->deleting()) return unknown;
    const auto message = object->decode();
    const auto& secret = static_cast<const core_v1::Secret&>(*message);
    if (!may_authenticate(secret, id, token.substr(kIdSize + 1))) return unknown;
    auto groups = groups_of(secret);
    if (!groups) return unknown;
    TokenHolder holder;
    holder.identity.name = "system:bootstrap:" + id;
    holder.identity.groups = std::move(*groups);
    holder.audiences = intersection(own_, audiences);
    if (holder.audiences.empty()) return unknown;
    return std::optional<TokenHolder>(std::move(holder));
  }

 private:
  bool may_authenticate(const core_v1::Secret& secret, std::string_view id,
                        std::string_view password) const {
    return secret.type() == "bootstrap.kubernetes.io/token" && value_of(secret, "token-id") == id &&
           same(value_of(secret, "token-secret"), password) && !is_expired(secret) &&
           value_of(secret, "usage-bootstrap-authentication") == "true";
  }
  bool is_expired(const core_v1::Secret& secret) const {
    const auto text = value_of(secret, "expiration");
    if (text.empty()) return false;
    const auto ends = parse_time(text);
    return !ends.ok() || *ends < clock_();
  }

  const ResourceCache& secrets_;
  const Audiences own_;
  const Clock clock_;
};

}  // namespace

std::unique_ptr<TokenAuthenticator> make_bootstrap_tokens(ClusterCache& cache, Audiences own,
                                                          Clock clock) {
  return std::make_unique<BootstrapTokens>(cache, std::move(own), std::move(clock));
}

}  // namespace kubus::apiserver
