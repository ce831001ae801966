#include "http2_stream.h"

#include "http2_session.h"

namespace kubus::http {
namespace {

// Whoever writes a stream that nobody sends is told so.
void drop(Responder::Outcome& outcome) {
  if (auto* stream = std::get_if<Responder::StreamStart>(&outcome)) stream->queue->close();
}

}  // namespace

void Http2Stream::deliver(Outcome outcome) {
  auto carrier = carrier_.lock();
  if (!carrier) return drop(outcome);
  carrier->post([self = shared_from_this(), outcome = std::move(outcome)]() mutable {
    if (self->session_)
      self->session_->answer(*self, std::move(outcome));
    else
      drop(outcome);
  });
}

void Http2Stream::wake() {
  if (auto carrier = carrier_.lock())
    carrier->post([self = shared_from_this()] {
      if (self->session_) self->session_->resume(*self);
    });
}

void Http2Stream::abort() {
  if (auto carrier = carrier_.lock())
    carrier->post([self = shared_from_this()] {
      if (self->session_) self->session_->reset(*self);
    });
}

void Http2Stream::answer_within(Clock::duration time) {
  if (session_ && state == State::kHandling && time < limits_.answer)
    session_->set_deadline(*this, Clock::now() + time);
}

void Http2Stream::leave() {
  session_ = nullptr;
  body.reset();
  lose_client();
}

void Http2Stream::lose_client() {
  left_ = true;
  for (auto& task : std::exchange(leave_tasks_, {})) task();
}

void Http2Stream::on_leave(Task task) {
  if (auto carrier = carrier_.lock())
    carrier->post([self = shared_from_this(), task = std::move(task)]() mutable {
      self->when_over(std::move(task));
    });
}

void Http2Stream::when_over(Task task) {
  if (left_) return task();
  leave_tasks_.push_back(std::move(task));
}

}  // namespace kubus::http
