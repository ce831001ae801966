#include "patch/engines.h"

namespace kubus::apiserver {

void drop_nulls(boost::json::value& value) {
  if (boost::json::object* object = value.if_object()) {
    for (auto member = object->begin(); member != object->end();) {
      if (member->value().is_null()) {
        member = object->erase(member);
      } else {
        drop_nulls(member->value());
        ++member;
      }
    }
  } else if (boost::json::array* array = value.if_array()) {
    for (boost::json::value& item : *array) drop_nulls(item);
  }
}

void apply_merge_patch(boost::json::value& target, const boost::json::value& patch) {
  const boost::json::object* changes = patch.if_object();
  if (changes == nullptr) {
    // As the reference has it: beyond the RFC, but for what takes the place of an object.
    const bool was_object = target.is_object();
    target = patch;
    if (!was_object) drop_nulls(target);
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
