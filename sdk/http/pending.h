// The Exchange that a connection hands to its handler.
//
// Thread safety: as Exchange.
#pragma once

#include <atomic>
#include <memory>

#include "connection.h"

namespace kubus::http {

class Pending final : public Exchange {
 public:
  Pending(std::shared_ptr<Connection> connection, std::shared_ptr<Request> request)
      : connection_(std::move(connection)), request_(std::move(request)) {}
  ~Pending() override;

  Request& request() override { return *request_; }
  void answer_within(std::chrono::steady_clock::duration time) override;
  void respond(Response response) override;
  std::shared_ptr<BodyStream> stream(Response head) override;
  void forward(Upstream upstream) override;
  void take_over(Taker taker) override;

 private:
  void deliver(Connection::Outcome outcome);

  std::shared_ptr<Connection> connection_;
  std::shared_ptr<Request> request_;
  std::atomic<bool> answered_{false};
};

}  // namespace kubus::http
