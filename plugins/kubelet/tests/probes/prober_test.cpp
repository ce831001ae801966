#include "probes/prober.h"

#include <gtest/gtest.h>

#include "kubus/api/int_or_string.h"

namespace kubus::kubelet::test {
namespace {

using namespace std::chrono_literals;

TEST(Prober, PortsByNumberAndByName) {
  core_v1::Container container;
  auto& named = *container.add_ports();
  named.set_name("http");
  named.set_containerport(8080);
  struct Case {
    k8s_intstr::IntOrString port;
    int number;  // 0: none
    std::string problem;
  };
  const auto number = [](int value) {
    k8s_intstr::IntOrString port;
    set_int(port, value);
    return port;
  };
  const auto name = [](const std::string& value) {
    k8s_intstr::IntOrString port;
    set_string(port, value);
    return port;
  };
  const Case cases[] = {{number(80), 80, ""},
                        {name("http"), 8080, ""},
                        {name("none"), 0, "couldn't find port: none"},
                        {number(0), 0, "invalid port number: 0"},
                        {number(65536), 0, "invalid port number: 65536"}};
  for (const Case& c : cases) {
    const auto port = resolve_port(c.port, container);
    EXPECT_EQ(port.ok() ? *port : 0, c.number);
    EXPECT_EQ(port.status().message(), c.problem);
  }
}

TEST(Prober, WhatACommandSays) {
  core_v1::ExecAction action;
  action.add_command("sh");
  action.add_command("-c");
  action.add_command("check");
  runtime::ExecSyncResponse response;
  EXPECT_TRUE(exec_result(action, 1s, response).ok());
  response.set_exit_code(2);
  response.set_stdout("out");
  response.set_stderr("err");
  const ProbeResult failed = exec_result(action, 1s, response);
  EXPECT_EQ(failed.outcome, ProbeOutcome::kFailure);
  EXPECT_EQ(failed.output, "outerr");
  response.set_stdout(std::string(20 * 1024, 'x'));
  EXPECT_EQ(exec_result(action, 1s, response).output.size(), 10u * 1024);
  const ProbeResult late = exec_result(action, 3s, Status(Code::kTimeout, "late"));
  EXPECT_EQ(late.outcome, ProbeOutcome::kFailure);
  EXPECT_EQ(late.output, "command timed out: \"sh -c check\" timed out after 3s");
  const ProbeResult gone = exec_result(action, 1s, Status(Code::kNotFound, "no such container"));
  EXPECT_EQ(gone.outcome, ProbeOutcome::kError) << "it says nothing about the container's health";
}

TEST(Prober, AnHttpProbeThatCannotConnect) {
  core_v1::HTTPGetAction action;
  action.set_path("healthz");
  // Port 1 of the loopback: nobody listens.
  EXPECT_EQ(
      http_get(action, "127.0.0.1", 1, 30s).output,
      "Get \"http://127.0.0.1:1/healthz\": dial tcp 127.0.0.1:1: connect: connection refused");
  EXPECT_EQ(tcp_connect("127.0.0.1", 1, 30s).output,
            "dial tcp 127.0.0.1:1: connect: connection refused");
  EXPECT_EQ(tcp_connect("not-an-address", 1, 30s).outcome, ProbeOutcome::kError);
}

}  // namespace
}  // namespace kubus::kubelet::test
