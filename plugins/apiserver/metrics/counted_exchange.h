// A request that others answer, counted among those that live long until it is over.
//
// Thread safety: as http::Exchange.
#pragma once

#include <memory>

#include "kubus/http/exchange.h"
#include "metrics/request_timer.h"

namespace kubus::apiserver {

class CountedExchange final : public http::Exchange {
 public:
  CountedExchange(std::shared_ptr<http::Exchange> inner, RequestTimer timer);

  http::Request& request() override { return inner_->request(); }
  void on_leave(Task task) override { inner_->on_leave(std::move(task)); }
  void answer_within(std::chrono::steady_clock::duration time) override {
    inner_->answer_within(time);
  }
  void respond(http::Response response) override;
  std::shared_ptr<http::BodyStream> stream(http::Response head) override;
  void forward(http::Upstream upstream) override;
  void take_over(Taker taker) override;

 private:
  struct Count;
  // Who lets go of it last, ends the count.
  std::shared_ptr<Count> let_go(int status);

  const std::shared_ptr<http::Exchange> inner_;
  std::shared_ptr<Count> count_;
};

}  // namespace kubus::apiserver
