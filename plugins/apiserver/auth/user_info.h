// An identity as objects of the API show it.
//
// Thread safety: a pure function.
#pragma once

#include <k8s/authentication/v1/user_info.pb.h>

#include "auth/identity.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {

void set_user_info(const Identity& identity, authentication_v1::UserInfo& info);

}  // namespace kubus::apiserver
