#include "metrics/counted_exchange.h"

#include <utility>

#include "kubus/http/byte_stream.h"

namespace kubus::apiserver {

struct CountedExchange::Count {
  explicit Count(RequestTimer its) : timer(std::move(its)) { timer.lives_long(); }
  ~Count() { timer.done(status); }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;

  RequestTimer timer;
  int status = 500;  // of one that nobody answers
};

CountedExchange::CountedExchange(std::shared_ptr<http::Exchange> inner, RequestTimer timer)
    : WrappedExchange(std::move(inner)), count_(std::make_shared<Count>(std::move(timer))) {}

std::shared_ptr<CountedExchange::Count> CountedExchange::let_go(int status) {
  count_->status = status;
  return std::exchange(count_, nullptr);
}

void CountedExchange::respond(http::Response response) {
  let_go(response.status).reset();
  WrappedExchange::respond(std::move(response));
}

std::shared_ptr<http::BodyStream> CountedExchange::stream(http::Response head) {
  const auto count = let_go(head.status);
  return WrappedExchange::stream(std::move(head));
}

void CountedExchange::forward(http::Upstream upstream) {
  upstream.on_status = [count = let_go(500), before = std::move(upstream.on_status)](
                           int status) mutable {
    count->status = status;
    if (before) before(status);
  };
  WrappedExchange::forward(std::move(upstream));
}

void CountedExchange::take_over(Taker taker) {
  WrappedExchange::take_over([count = let_go(101), taker = std::move(taker)](
                        std::unique_ptr<http::ByteStream> stream) mutable {
    taker(std::move(stream));
  });
}

}  // namespace kubus::apiserver
