// Users and groups as an image's /etc/passwd and /etc/group define them.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kubus/runtime.pb.h"
#include "kubus/status.h"

namespace kubus::runtime_oci {

struct User {
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::vector<std::int64_t> groups;  // supplementary, sorted, without duplicates
  std::string name;                  // empty: not in the image
  std::string home = "/";
};

// `spec` is an image's USER ("", "app", "1000", "app:web", "1000:1000"). `passwd` and `group` are
// the files' texts. Invalid for a name that they do not have.
Result<User> resolve_user(const std::string& spec, const runtime::SecurityContext& context,
                          const std::string& passwd, const std::string& group);

}  // namespace kubus::runtime_oci
