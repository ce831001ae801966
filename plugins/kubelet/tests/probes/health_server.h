// A gRPC server that answers one kind of call: grpc.health.v1.Health/Check. Several connections,
// one after the other; runs on a thread of its own until it is destroyed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <thread>

namespace kubus::kubelet::test {

class HealthServer {
 public:
  struct Answer {
    int grpc_status = 0;
    std::string grpc_message{};
    std::uint8_t serving = 1;  // HealthCheckResponse.status
    bool silent = false;       // takes the request and never answers
  };
  // By service name; a name that is not there is answered with NOT_FOUND.
  explicit HealthServer(std::map<std::string, Answer> answers);
  ~HealthServer();
  HealthServer(const HealthServer&) = delete;
  HealthServer& operator=(const HealthServer&) = delete;

  int port() const { return port_; }

 private:
  void serve();
  void serve_one(int connection);

  const std::map<std::string, Answer> answers_;
  int listener_ = -1;
  int port_ = 0;
  int stop_[2] = {-1, -1};  // a pipe: closing its writing end ends the thread
  std::thread thread_;
};

}  // namespace kubus::kubelet::test
