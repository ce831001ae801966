// What an issuer in an AuthenticationConfiguration must be like.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <vector>

#include "oidc/written_config.h"
#include "validation/field_error.h"

namespace kubus::apiserver::oidc {

// `own_issuers`: who issues tokens of service accounts, and so cannot be this one.
void check_issuer(const written::Issuer& issuer, std::vector<std::string> own_issuers,
                  const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver::oidc
