#include "token/token_authenticator.h"

#include <algorithm>

namespace kubus::apiserver {
namespace {

constexpr std::string_view kInvalid = "invalid bearer token";

// The token of a header such as "Bearer abc"; empty when it is none.
std::string_view bearer_token(std::string_view header) {
  constexpr std::string_view kSpace = " \t";
  header.remove_prefix(std::min(header.find_first_not_of(kSpace), header.size()));
  const auto space = header.find(' ');
  if (space == std::string_view::npos || !http::iequals(header.substr(0, space), "bearer"))
    return {};
  const auto token = header.substr(space + 1);
  return token.substr(0, token.find_first_of(kSpace));
}

class BearerAuthenticator final : public Authenticator {
 public:
  explicit BearerAuthenticator(const TokenAuthenticators& tokens) : tokens_(tokens) {}

  Result<std::optional<Identity>> authenticate(const http::Request& request) override {
    const auto token = bearer_token(request.headers.get("Authorization"));
    if (token.empty()) return std::optional<Identity>();
    auto holder = tokens_.authenticate(token, tokens_.own_audiences());
    if (!holder.ok()) return holder.status();
    return std::optional<Identity>(std::move(holder->identity));
  }

 private:
  const TokenAuthenticators& tokens_;
};

}  // namespace

Result<TokenHolder> TokenAuthenticators::authenticate(std::string_view token,
                                                      const Audiences& audiences) const {
  std::string wrong;
  for (const auto& one : all_) {
    auto holder = one->authenticate(token, audiences);
    if (!holder.ok()) {
      wrong += ", " + holder.status().message();
      continue;
    }
    if (!*holder) continue;
    auto& groups = (*holder)->identity.groups;
    if (!(*holder)->identity.in_group("system:authenticated"))
      groups.emplace_back("system:authenticated");
    return std::move(**holder);
  }
  return Status(Code::kUnauthorized,
                wrong.empty() ? std::string(kInvalid) : "[" + std::string(kInvalid) + wrong + "]");
}

std::unique_ptr<Authenticator> make_bearer_authenticator(const TokenAuthenticators& tokens) {
  return std::make_unique<BearerAuthenticator>(tokens);
}

Audiences intersection(const Audiences& a, const Audiences& b) {
  Audiences both;
  for (const auto& one : a)
    if (std::find(b.begin(), b.end(), one) != b.end()) both.push_back(one);
  return both;
}

}  // namespace kubus::apiserver
