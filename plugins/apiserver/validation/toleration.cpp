#include <k8s/core/v1/scheduling.pb.h>

#include "validation/checks.h"
#include "validation/names.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {

void check_taint_effect(const std::string& effect, const Path& path, ErrorList& errors) {
  check_one_of(effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"}, path, errors);
}

void check_toleration(const core_v1::Toleration& toleration, const Path& path, ErrorList& errors) {
  const std::string& op = toleration.operator_();
  if (!toleration.key().empty()) check_label_name(toleration.key(), path.child("key"), errors);
  if (toleration.key().empty() && op != "Exists") {
    errors.invalid(path.child("operator"), op,
                   "operator must be Exists when `key` is empty, which means \"match all values "
                   "and all keys\"");
  }
  if (toleration.has_tolerationseconds() && toleration.effect() != "NoExecute") {
    errors.invalid(path.child("effect"), toleration.effect(),
                   "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  if (op.empty() || op == "Equal") {
    const std::string wrong = join_messages(check_label_value(toleration.value()), ";");
    if (!wrong.empty()) errors.invalid(path.child("operator"), toleration.value(), wrong);
  } else if (op == "Exists") {
    if (!toleration.value().empty()) {
      errors.invalid_json(path.child("operator"), internal_json(toleration),
                          "value must be empty when `operator` is 'Exists'");
    }
  } else {
    errors.not_supported(path.child("operator"), op, {"Equal", "Exists"});
  }
  if (!toleration.effect().empty()) {
    check_taint_effect(toleration.effect(), path.child("effect"), errors);
  }
}

}  // namespace kubus::apiserver
