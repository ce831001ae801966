#include "patch/engines.h"

namespace kubus::apiserver {

void apply_merge_patch(boost::json::value& target, const boost::json::value& patch) {
  const boost::json::object* changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = boost::json::object();
  boost::json::object& object = target.get_object();
  for (const auto& change : *changes) {
    if (change.value().is_null()) {
      object.erase(change.key());
    } else {
      apply_merge_patch(object[change.key()], change.value());
    }
  }
}

}  // namespace kubus::apiserver
