// A request that has its place in a priority level: says in its answer which, and gives back its
// seats when it is answered, by whomever. A watch does so as soon as it has been set up, here or on
// its way to another server.
//
// Thread safety: as http::Exchange; hold() before it is handed on.
#pragma once

#include <memory>

#include "fairness/fairness.h"
#include "request/wrapped_exchange.h"

namespace kubus::apiserver::fairness {

class FairExchange final : public WrappedExchange {
 public:
  FairExchange(std::shared_ptr<http::Exchange> inner, std::shared_ptr<const Lane> lane, bool watch)
      : WrappedExchange(std::move(inner)), lane_(std::move(lane)), watch_(watch) {}
  void hold(Seats seats) { seats_ = std::move(seats); }

  void respond(http::Response response) override;
  std::shared_ptr<http::BodyStream> stream(http::Response head) override;
  void forward(http::Upstream upstream) override;

 private:
  void label(http::Headers& headers) const;

  const std::shared_ptr<const Lane> lane_;
  const bool watch_;
  Seats seats_;
};

// Too many requests, with the seconds after which to try again.
http::Response refusal_response(std::int64_t retry_after);

}  // namespace kubus::apiserver::fairness
