// Whom the claims of an issuer's token name.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>

#include "auth/identity.h"
#include "kubus/api/time.h"
#include "kubus/status.h"
#include "oidc/settings.h"

namespace kubus::apiserver::oidc {

// Whether a token with these claims is good at `now`. kUnauthorized, as the reference words it.
Status check_times(const boost::json::object& claims, SystemTime now);

// The claims, an object, are believed to be the issuer's. kUnauthorized, as the reference words it:
// they are meant for somebody else, or do not say what the settings ask for.
Result<Identity> identity_of(const boost::json::value& claims, const Settings& settings);

}  // namespace kubus::apiserver::oidc
