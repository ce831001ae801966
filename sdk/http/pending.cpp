#include "pending.h"

namespace kubus::http {

Pending::~Pending() {
  if (answered_) return;
  Response response;
  response.status = 500;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body.push_back(Bytes::copy("the request was dropped unanswered\n"));
  deliver(std::move(response));
}

void Pending::deliver(Connection::Outcome outcome) {
  if (!answered_.exchange(true)) connection_->deliver(std::move(outcome));
}

void Pending::answer_within(std::chrono::steady_clock::duration time) {
  connection_->answer_within(time);
}

void Pending::respond(Response response) { deliver(std::move(response)); }

std::shared_ptr<BodyStream> Pending::stream(Response head) {
  std::weak_ptr<Connection> weak = connection_;
  auto queue = std::make_shared<StreamQueue>(
      connection_->limits().stream_bytes,
      [weak] {
        if (auto connection = weak.lock()) connection->wake();
      },
      [weak] {
        if (auto connection = weak.lock()) connection->abort();
      });
  deliver(Connection::StreamStart{std::move(head), queue});
  return queue;
}

void Pending::forward(Upstream upstream) { deliver(std::move(upstream)); }

void Pending::take_over(Taker taker) { deliver(Connection::TakeOver{std::move(taker)}); }

}  // namespace kubus::http
