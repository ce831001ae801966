// A request that has its place in a priority level: says in its answer which, and gives back its
// seats when it is answered, by whomever. A watch does so as soon as it has been set up, here or on
// its way to another server.
//
// Thread safety: as http::Exchange; hold() before it is handed on.
#pragma once

#include <memory>

#include "fairness/fairness.h"
#include "kubus/http/exchange.h"

namespace kubus::apiserver::fairness {

class FairExchange final : public http::Exchange {
 public:
  FairExchange(std::shared_ptr<http::Exchange> inner, std::shared_ptr<const Lane> lane, bool watch)
      : inner_(std::move(inner)), lane_(std::move(lane)), watch_(watch) {}
  void hold(Seats seats) { seats_ = std::move(seats); }

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
  void label(http::Headers& headers) const;

  const std::shared_ptr<http::Exchange> inner_;
  const std::shared_ptr<const Lane> lane_;
  const bool watch_;
  Seats seats_;
};

// Too many requests, with the seconds after which to try again.
http::Response refusal_response(std::int64_t retry_after);

}  // namespace kubus::apiserver::fairness
