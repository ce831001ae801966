#include "fairness/exchange.h"

#include "server/route.h"

namespace kubus::apiserver::fairness {

void FairExchange::label(http::Headers& headers) const {
  headers.add("X-Kubernetes-Pf-Flowschema-Uid", lane_->uid);
  headers.add("X-Kubernetes-Pf-Prioritylevel-Uid", lane_->level_uid);
}

void FairExchange::respond(http::Response response) {
  label(response.headers);
  seats_.release();
  WrappedExchange::respond(std::move(response));
}

std::shared_ptr<http::BodyStream> FairExchange::stream(http::Response head) {
  label(head.headers);
  return WrappedExchange::stream(std::move(head));
}

void FairExchange::forward(http::Upstream upstream) {
  label(upstream.answer);
  if (!watch_) upstream.held = std::make_shared<Seats>(std::move(seats_));
  seats_.release();
  WrappedExchange::forward(std::move(upstream));
}

http::Response refusal_response(std::int64_t retry_after) {
  auto response = text_response(429, "text/plain; charset=utf-8",
                                "Too many requests, please try again later.\n");
  response.headers.add("Retry-After", std::to_string(retry_after));
  return response;
}

}  // namespace kubus::apiserver::fairness
