#include "token/token_authenticator.h"

#include <algorithm>
#include <utility>

namespace kubus::apiserver {
namespace {

constexpr std::string_view kInvalid = "invalid bearer token";

// The token of a header such as "Bearer abc"; empty when it is none.
std::string_view bearer_token(const http::Request& request) {
  constexpr std::string_view kSpace = " \t";
  auto header = request.headers.get("Authorization");
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
    const auto token = bearer_token(request);
    if (token.empty()) return std::optional<Identity>();
    auto holder = tokens_.authenticate(token, tokens_.own_audiences());
    if (!holder.ok()) return holder.status();
    return std::optional<Identity>(std::move(holder->identity));
  }
  bool asks_others(const http::Request& request) const override {
    return tokens_.asks_others() && !bearer_token(request).empty();
  }
  void authenticate_later(const http::Request& request, const http::AskerPtr& asker,
                          Done done) override {
    const auto token = bearer_token(request);
    if (token.empty()) return done(std::optional<Identity>());
    authenticate_token(tokens_, token, asker, std::move(done));
  }

 private:
  const TokenAuthenticators& tokens_;
};

TokenHolder known(TokenHolder holder) {
  auto& who = holder.identity;
  if (who.name != "system:anonymous" && !who.in_group("system:authenticated") &&
      !who.in_group("system:unauthenticated"))
    who.groups.emplace_back("system:authenticated");
  return holder;
}

Status unknown(const std::string& wrong) {
  return Status(Code::kUnauthorized,
                wrong.empty() ? std::string(kInvalid) : "[" + std::string(kInvalid) + wrong + "]");
}

void note(const Status& refusal, std::string& wrong) {
  wrong.append(", ").append(refusal.message());
}

}  // namespace

// A token on its way along those who may ask others.
struct TokenAuthenticators::Walk {
  const std::string token;
  const Audiences audiences;
  const http::AskerPtr asker;
  Done done;
  const std::shared_ptr<const RemoteTokens> remote;
  std::string wrong;
  std::size_t next = 0;
};

std::optional<TokenHolder> TokenAuthenticators::find_local(std::string_view token,
                                                           const Audiences& audiences,
                                                           std::string& wrong) const {
  for (const auto& one : all_) {
    auto holder = one->authenticate(token, audiences);
    if (!holder.ok()) {
      note(holder.status(), wrong);
    } else if (*holder) {
      return known(std::move(**holder));
    }
  }
  return std::nullopt;
}

Result<TokenHolder> TokenAuthenticators::authenticate(std::string_view token,
                                                      const Audiences& audiences) const {
  std::string wrong;
  auto holder = find_local(token, audiences, wrong);
  if (holder) return std::move(*holder);
  return unknown(wrong);
}

void TokenAuthenticators::authenticate_later(std::string_view token, Audiences audiences,
                                             http::AskerPtr asker, Done done) const {
  std::string wrong;
  auto holder = find_local(token, audiences, wrong);
  if (holder) return done(std::move(*holder));
  go_on(std::shared_ptr<Walk>(new Walk{std::string(token), std::move(audiences),
                                       std::move(asker), std::move(done), remote_.get(),
                                       std::move(wrong)}));
}

void TokenAuthenticators::go_on(std::shared_ptr<Walk> walk) const {
  auto& asked = *walk;
  if (asked.next == asked.remote->size()) return asked.done(unknown(asked.wrong));
  auto& other = *(*asked.remote)[asked.next++];
  other.authenticate(
      asked.token, asked.audiences, asked.asker,
      [this, walk = std::move(walk), asker = std::this_thread::get_id()](
          Result<std::optional<TokenHolder>> holder) mutable {
        resume_(asker, [this, walk = std::move(walk), holder = std::move(holder)]() mutable {
          if (holder.ok() && *holder) return walk->done(known(std::move(**holder)));
          if (!holder.ok()) note(holder.status(), walk->wrong);
          go_on(std::move(walk));
        });
      });
}

void TokenAuthenticators::close() {
  for (const auto& remote : remote_.all())
    for (const auto& one : *remote) one->close();
}

std::unique_ptr<Authenticator> make_bearer_authenticator(const TokenAuthenticators& tokens) {
  return std::make_unique<BearerAuthenticator>(tokens);
}

void authenticate_token(const TokenAuthenticators& tokens, std::string_view token,
                        http::AskerPtr asker, Authenticator::Done done) {
  tokens.authenticate_later(token, tokens.own_audiences(), std::move(asker),
                            [done = std::move(done)](Result<TokenHolder> holder) mutable {
                              if (!holder.ok()) return done(holder.status());
                              done(std::optional<Identity>(std::move(holder->identity)));
                            });
}

Audiences intersection(const Audiences& a, const Audiences& b) {
  Audiences both;
  for (const auto& one : a)
    if (std::find(b.begin(), b.end(), one) != b.end()) both.push_back(one);
  return both;
}

}  // namespace kubus::apiserver
