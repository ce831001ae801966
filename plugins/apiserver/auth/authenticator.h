// Authentication: the first stage of a request. Authenticators are asked in turn until one knows
// the client; a client whose credentials all of them refuse is nobody, not even anonymous.
//
// Thread safety: all of it from any thread.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "auth/replaceable.h"
#include "kubus/function.h"
#include "kubus/http/asker.h"
#include "kubus/http/message.h"
#include "kubus/status.h"

namespace kubus::apiserver {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // What can be said at once. Nothing: this one has no opinion. kUnauthorized: there are
  // credentials, and they are bad.
  virtual Result<std::optional<Identity>> authenticate(const http::Request& request) = 0;

  // Whether there are others who may know a client that authenticate() does not.
  virtual bool asks_others(const http::Request& /*request*/) const { return false; }
  // Asks them on behalf of `asker`: `done` on any thread, also before this returns. The request
  // lives until then.
  using Done = UniqueFunction<void(Result<std::optional<Identity>>)>;
  virtual void authenticate_later(const http::Request& request, const http::AskerPtr& /*asker*/,
                                  Done done) {
    done(authenticate(request));
  }
};

// Common name and organizations of a certificate that our CA signed.
std::unique_ptr<Authenticator> make_certificate_authenticator();

// Clients that show no credentials.
struct Anonymous {
  bool enabled = true;
  std::vector<std::string> paths;  // where they may come to; empty: anywhere

  bool may_come(std::string_view path) const {
    return enabled &&
           (paths.empty() || std::find(paths.begin(), paths.end(), path) != paths.end());
  }
};

// In the order in which they are asked.
struct Authenticators {
  std::vector<std::unique_ptr<Authenticator>> all;
  std::shared_ptr<const Replaceable<Anonymous>> anonymous;  // never null
};

// Whom they know without asking others, anonymous for a client that shows no credentials and may
// come so. Nothing: others have to be asked. kUnauthorized for everybody else.
std::optional<Result<Identity>> authenticate(const Authenticators& authenticators,
                                             const http::Request& request);
// The same where others have to be asked. `done` gets the identity on any thread, also before this
// returns; authenticators and request live until then.
void authenticate_later(const Authenticators& authenticators, const http::Request& request,
                        http::AskerPtr asker, UniqueFunction<void(Result<Identity>)> done);

}  // namespace kubus::apiserver
