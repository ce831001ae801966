#include "command/session.h"

#include <google/protobuf/util/json_util.h>

#include <iostream>

namespace kubus::command {

Host& Session::host() {
  if (!host_) {
    auto opened = Host::open({.run_dir = run_dir, .role = HostRole::kClient, .id = "kubus"});
    if (!opened.ok())
      throw Failure{2, "kubusd is not running at " + run_dir + " (" + opened.status().message() +
                           "); start it, or choose another cluster with --run-dir or "
                           "KUBUS_RUN_DIR"};
    host_ = std::move(*opened);
  }
  return *host_;
}

void print_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) throw Failure{1, "cannot print: " + std::string(status.message())};
  std::cout << text << std::endl;
}

}  // namespace kubus::command
