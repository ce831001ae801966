// Tokens that an administrator has written into a file: one a line, "token,user,uid" and, in
// quotes when they are several, groups: "token,user,uid,\"group1,group2\"".
//
// Thread safety: authenticate() from any thread.
#pragma once

#include <memory>
#include <string>

#include "token/token_authenticator.h"

namespace kubus::apiserver {

// From the text of the file. kInvalid, with the line, for one that cannot be. They are good for any
// of this server's own audiences, `own`.
Result<std::unique_ptr<TokenAuthenticator>> make_static_tokens(const std::string& csv,
                                                               Audiences own);

}  // namespace kubus::apiserver
