// Rights, as expressions ask about them: `authorizer.group('').resource('pods').check('get')`.
//
// Thread safety: values; an AccessAuthority from any thread at once.
#pragma once

#include <memory>
#include <string>

#include "cel/value.h"

namespace kubus::apiserver::cel {

// One question. That of a path has nothing but the path and the verb.
struct AccessCheck {
  // Whose rights: those of this service account, or of the user of the request where it is empty.
  std::string account_namespace = {}, account_name = {};
  bool is_resource = false;
  std::string path = {};
  std::string group = {}, resource = {}, subresource = {}, ns = {}, name = {};
  std::string field_selector = {}, label_selector = {};
  std::string verb = {};
};

struct AccessDecision {
  bool allowed = false;
  std::string reason = {};
  std::string error = {};  // why it could not be told; then it is not allowed
};

class AccessAuthority {
 public:
  virtual ~AccessAuthority() = default;
  virtual AccessDecision decide(const AccessCheck& check) const = 0;
};
using AccessAuthorityPtr = std::shared_ptr<const AccessAuthority>;

// The types of the variables `authorizer` and `authorizer.requestResource`, and their values.
TypePtr authorizer_type();
TypePtr resource_check_type();
Value authorizer_value(AccessAuthorityPtr authority);
Value resource_check_value(AccessAuthorityPtr authority, AccessCheck resource);

}  // namespace kubus::apiserver::cel
