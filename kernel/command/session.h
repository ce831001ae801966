// Session: one run of the kubus command: its options, its connection to kubusd, its output.
//
// Thread safety: none; the main thread's.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "kubus/host.h"
#include "kubus/kernel_verbs.h"

namespace kubus::command {

// What ends a command; caught in main(), which prints it.
struct Failure {
  int code = 1;
  std::string message;
};

class Session {
 public:
  std::string run_dir;  // empty: the only one of run_dirs()
  std::string output;   // "" for people, "json" for programs

  bool json() const { return output == "json"; }
  // Connects on first use. Throws Failure.
  Host& host();
  bus::Client& bus() { return host().self().context().bus(); }

  template <class Request, class Reply>
  Reply call(const rpc::Method<Request, Reply>& method, const Request& request) {
    bus::CallOptions options;
    options.timeout = std::chrono::minutes(2);
    auto reply = rpc::call_wait(bus(), method, request, options);
    if (!reply.ok()) throw Failure{1, reply.status().message()};
    return std::move(*reply);
  }

 private:
  std::unique_ptr<Host> host_;
};

// Where a kubusd may listen: /run/kubus, or the clusters below it when none listens there itself.
std::vector<std::string> run_dirs();

// One JSON value, on one line of standard output.
void print_json(const google::protobuf::Message& message);

}  // namespace kubus::command
