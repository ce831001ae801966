#include <k8s/meta/v1/status.pb.h>

#include "kubus/api/json.h"
#include "kubus/api/types.h"
#include "remote_channels.h"

namespace kubus::kubelet {

std::string status_text(const SessionResult& result) {
  if (!result.error.empty()) return result.error;
  if (result.exit_code == 0) return {};
  return "command terminated with non-zero exit code: exit status " +
         std::to_string(result.exit_code);
}

std::string status_json(const SessionResult& result) {
  meta_v1::Status status;
  status.mutable_metadata();
  if (!result.error.empty()) {
    status.set_status("Failure");
    status.set_message("Internal error occurred: " + result.error);
    status.set_reason("InternalError");
    status.mutable_details()->add_causes()->set_message(result.error);
    status.set_code(500);
  } else if (result.exit_code != 0) {
    status.set_status("Failure");
    status.set_message(status_text(result));
    status.set_reason("NonZeroExitCode");
    auto& cause = *status.mutable_details()->add_causes();
    cause.set_reason("ExitCode");
    cause.set_message(std::to_string(result.exit_code));
  } else {
    status.set_status("Success");
  }
  return to_json(status, {.type_meta = false});
}

}  // namespace kubus::kubelet
