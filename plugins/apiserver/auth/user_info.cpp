#include "auth/user_info.h"

namespace kubus::apiserver {

void set_user_info(const Identity& identity, authentication_v1::UserInfo& info) {
  info.Clear();
  info.set_username(identity.name);
  if (!identity.uid.empty()) info.set_uid(identity.uid);
  for (const auto& group : identity.groups) info.add_groups(group);
  for (const auto& [key, values] : identity.extra)
    for (const auto& value : values) (*info.mutable_extra())[key].add_items(value);
}

}  // namespace kubus::apiserver
