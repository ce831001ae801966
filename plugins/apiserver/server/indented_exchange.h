// An exchange with somebody who reads JSON with his own eyes: it is answered indented.
//
// Thread safety: as http::Exchange.
#pragma once

#include <memory>

#include "kubus/http/exchange.h"
#include "request/query.h"

namespace kubus::apiserver {

// Whether the query asks for it, or the Accept field, or the client is a browser, curl or wget.
bool wants_indented(const http::Request& request, const Query& query);

// What is streamed or comes from another server stays as it is.
class IndentedExchange final : public http::Exchange {
 public:
  explicit IndentedExchange(std::shared_ptr<http::Exchange> inner) : inner_(std::move(inner)) {}

  http::Request& request() override { return inner_->request(); }
  void on_leave(Task task) override { inner_->on_leave(std::move(task)); }
  void answer_within(std::chrono::steady_clock::duration time) override {
    inner_->answer_within(time);
  }
  void respond(http::Response response) override;
  std::shared_ptr<http::BodyStream> stream(http::Response head) override {
    return inner_->stream(std::move(head));
  }
  void forward(http::Upstream upstream) override { inner_->forward(std::move(upstream)); }
  void take_over(Taker taker) override { inner_->take_over(std::move(taker)); }

 private:
  const std::shared_ptr<http::Exchange> inner_;
};

}  // namespace kubus::apiserver
