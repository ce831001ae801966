#include "pending.h"

namespace kubus::http {

std::shared_ptr<StreamQueue> make_stream_queue(const std::shared_ptr<Responder>& responder) {
  std::weak_ptr<Responder> weak = responder;
  return std::make_shared<StreamQueue>(
      responder->limits().stream_bytes,
      [weak] {
        if (auto alive = weak.lock()) alive->wake();
      },
      [weak] {
        if (auto alive = weak.lock()) alive->abort();
      });
}

Pending::~Pending() {
  if (answered_) return;
  Response response;
  response.status = 500;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body.push_back(Bytes::copy("the request was dropped unanswered\n"));
  deliver(std::move(response));
}

void Pending::deliver(Responder::Outcome outcome) {
  if (!answered_.exchange(true)) responder_->deliver(std::move(outcome));
}

void Pending::answer_within(std::chrono::steady_clock::duration time) {
  responder_->answer_within(time);
}

void Pending::respond(Response response) { deliver(std::move(response)); }

std::shared_ptr<BodyStream> Pending::stream(Response head) {
  auto queue = make_stream_queue(responder_);
  deliver(Responder::StreamStart{std::move(head), queue});
  return queue;
}

void Pending::forward(Upstream upstream) { deliver(std::move(upstream)); }

void Pending::take_over(Taker taker) { deliver(Responder::TakeOver{std::move(taker)}); }

}  // namespace kubus::http
