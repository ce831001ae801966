#include "kubus/status_cause.h"

#include <algorithm>

#include "k8s/meta/v1/status.pb.h"
#include "kubus/api/types.h"

namespace kubus {

bool has_cause(const Status& status, std::string_view reason) {
  if (status.details().empty()) return false;
  meta_v1::StatusDetails details;
  if (!details.ParseFromString(status.details())) return false;
  return std::any_of(details.causes().begin(), details.causes().end(),
                     [&](const auto& cause) { return cause.reason() == reason; });
}

}  // namespace kubus
