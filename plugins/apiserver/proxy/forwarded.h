// The header of a request that is passed on.
//
// Thread safety: pure functions; IdentityFields is immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/front_proxy.h"
#include "auth/identity.h"
#include "kubus/http/message.h"

namespace kubus::apiserver {

// The fields in which a front proxy, or a client that asks to be somebody else, says who asks. What
// a client sends in them is never passed on: the next server may believe it of us.
class IdentityFields {
 public:
  // Those that this server reads, besides those of the reference.
  explicit IdentityFields(const FrontProxyOptions& own = {});
  bool has(std::string_view name) const;

 private:
  std::vector<std::string> names_, prefixes_;
};

// Without what belongs to one hop, or to us, and without what says who asks.
http::Headers forwarded_headers(const http::Headers& from, const IdentityFields& identities);
// The same for a server that believes us about who asks: with our word.
http::Headers forwarded_for(const Identity& identity, const http::Headers& from,
                            const IdentityFields& identities);

}  // namespace kubus::apiserver
