#include "command/session.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "command/table.h"

namespace kubus::command {

std::vector<std::string> run_dirs() {
  namespace fs = std::filesystem;
  const fs::path top = "/run/kubus";
  std::error_code ignored;
  std::vector<std::string> found;
  if (!fs::exists(top / "bus/kubus", ignored))
    for (const auto& entry : fs::directory_iterator(top, ignored))
      if (fs::exists(entry.path() / "bus/kubus", ignored)) found.push_back(entry.path());
  if (found.empty()) return {top};
  std::sort(found.begin(), found.end());
  return found;
}

Host& Session::host() {
  if (!host_) {
    const auto found = run_dir.empty() ? run_dirs() : std::vector{run_dir};
    if (found.size() > 1)
      throw Failure{2, "several clusters are up: choose one with --run-dir or KUBUS_RUN_DIR:\n  " +
                           join(found, "\n  ")};
    run_dir = found.front();
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
