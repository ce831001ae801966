// An exchange in front of another: what it does not do in its own way, the other one does.
//
// Thread safety: as http::Exchange.
#pragma once

#include <memory>
#include <utility>

#include "kubus/http/exchange.h"

namespace kubus::apiserver {

class WrappedExchange : public http::Exchange {
 public:
  explicit WrappedExchange(std::shared_ptr<http::Exchange> inner) : inner_(std::move(inner)) {}

  http::Request& request() override { return inner_->request(); }
  void on_leave(Task task) override { inner_->on_leave(std::move(task)); }
  void answer_within(std::chrono::steady_clock::duration time) override {
    inner_->answer_within(time);
  }
  void respond(http::Response response) override { inner_->respond(std::move(response)); }
  std::shared_ptr<http::BodyStream> stream(http::Response head) override {
    return inner_->stream(std::move(head));
  }
  void forward(http::Upstream upstream) override { inner_->forward(std::move(upstream)); }
  void take_over(Taker taker) override { inner_->take_over(std::move(taker)); }

 private:
  const std::shared_ptr<http::Exchange> inner_;
};

}  // namespace kubus::apiserver
