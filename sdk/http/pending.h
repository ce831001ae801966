// The Exchange that a connection hands to its handler.
//
// Thread safety: as Exchange.
#pragma once

#include <atomic>
#include <memory>

#include "responder.h"

namespace kubus::http {

class Pending final : public Exchange {
 public:
  Pending(std::shared_ptr<Responder> responder, std::shared_ptr<Request> request)
      : responder_(std::move(responder)), request_(std::move(request)) {}
  ~Pending() override;

  Request& request() override { return *request_; }
  void on_leave(Task task) override { responder_->on_leave(std::move(task)); }
  void answer_within(std::chrono::steady_clock::duration time) override;
  void respond(Response response) override;
  std::shared_ptr<BodyStream> stream(Response head) override;
  void forward(Upstream upstream) override;
  void take_over(Taker taker) override;

 private:
  void deliver(Responder::Outcome outcome);

  std::shared_ptr<Responder> responder_;
  std::shared_ptr<Request> request_;
  std::atomic<bool> answered_{false};
};

}  // namespace kubus::http
