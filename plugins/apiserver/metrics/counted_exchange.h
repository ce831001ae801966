// A request that others answer, counted among those that live long until it is over.
//
// Thread safety: as http::Exchange.
#pragma once

#include <memory>

#include "metrics/request_timer.h"
#include "request/wrapped_exchange.h"

namespace kubus::apiserver {

class CountedExchange final : public WrappedExchange {
 public:
  CountedExchange(std::shared_ptr<http::Exchange> inner, RequestTimer timer);

  void respond(http::Response response) override;
  std::shared_ptr<http::BodyStream> stream(http::Response head) override;
  void forward(http::Upstream upstream) override;
  void take_over(Taker taker) override;

 private:
  struct Count;
  // Who lets go of it last, ends the count.
  std::shared_ptr<Count> let_go(int status);

  std::shared_ptr<Count> count_;
};

}  // namespace kubus::apiserver
