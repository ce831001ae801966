// Authentication by a bearer token: several kinds of tokens, asked in turn. Those that may have to
// ask another server come last.
//
// Thread safety: all members from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authenticator.h"
#include "auth/identity.h"
#include "auth/replaceable.h"
#include "auth/resumption.h"
#include "kubus/status.h"

namespace kubus::apiserver {

using Audiences = std::vector<std::string>;

struct TokenHolder {
  Identity identity;    // without the group of all who are known
  Audiences audiences;  // those asked for that the token is meant for
};

class TokenAuthenticator {
 public:
  virtual ~TokenAuthenticator() = default;
  // Nothing: not one of this kind. kUnauthorized, with what is wrong: one of this kind that is not
  // valid, or not meant for any of `audiences`.
  virtual Result<std::optional<TokenHolder>> authenticate(std::string_view token,
                                                          const Audiences& audiences) = 0;
};

// One that may have to ask another server first.
class RemoteTokenAuthenticator {
 public:
  using Done = UniqueFunction<void(Result<std::optional<TokenHolder>>)>;
  virtual ~RemoteTokenAuthenticator() = default;
  // As TokenAuthenticator; `done` on any thread, also before this returns. This lives until then.
  // kCancelled: `asker` has left.
  virtual void authenticate(const std::string& token, const Audiences& audiences,
                            const http::AskerPtr& asker, Done done) = 0;
  // Whoever waits is told that there is no answer. Not called on a thread that brings answers.
  virtual void close() = 0;
};
using RemoteTokens = std::vector<std::shared_ptr<RemoteTokenAuthenticator>>;

class TokenAuthenticators {
 public:
  // `own`: the audiences of this server.
  explicit TokenAuthenticators(Audiences own)
      : own_(std::move(own)), remote_(std::make_shared<RemoteTokens>()) {}
  // While the server is set up.
  void add(std::unique_ptr<TokenAuthenticator> authenticator) {
    all_.push_back(std::move(authenticator));
  }
  void resume_by(Resumption::Run run) { resume_.by(std::move(run)); }
  // In place of those that were there; questions under way end as they began.
  void replace_remote(RemoteTokens remote) {
    remote_.replace(std::make_shared<RemoteTokens>(std::move(remote)));
  }
  // Ends those that were replaced and are in no use any more; true when some are left.
  bool sweep() { return remote_.sweep(); }
  void close();

  const Audiences& own_audiences() const { return own_; }
  bool asks_others() const { return !remote_.get()->empty(); }

  // Of the first kind that knows the token without asking anybody; the holder is in
  // system:authenticated, unless that kind says that nobody knows it. kUnauthorized with all that
  // was found wrong with it.
  Result<TokenHolder> authenticate(std::string_view token, const Audiences& audiences) const;
  // The same of all kinds, of which some ask others on behalf of `asker`. `done` where a request
  // that waited goes on, or before this returns.
  using Done = UniqueFunction<void(Result<TokenHolder>)>;
  void authenticate_later(std::string_view token, Audiences audiences, http::AskerPtr asker,
                          Done done) const;

 private:
  struct Walk;
  std::optional<TokenHolder> find_local(std::string_view token, const Audiences& audiences,
                                        std::string& wrong) const;
  void go_on(std::shared_ptr<Walk> walk) const;

  Audiences own_;
  std::vector<std::unique_ptr<TokenAuthenticator>> all_;
  Replaceable<RemoteTokens> remote_;
  Resumption resume_;
};

// Requests with "Authorization: Bearer TOKEN", for this server's own audiences. `tokens` outlives
// it.
std::unique_ptr<Authenticator> make_bearer_authenticator(const TokenAuthenticators& tokens);

// What an authenticator of requests makes of the holder of a token.
void authenticate_token(const TokenAuthenticators& tokens, std::string_view token,
                        http::AskerPtr asker, Authenticator::Done done);

Audiences intersection(const Audiences& a, const Audiences& b);

}  // namespace kubus::apiserver
