// Where the answer to an Exchange goes: an HTTP/1.1 connection, or one stream of an HTTP/2 one.
//
// Thread safety: deliver, wake, abort, on_leave and limits from any thread, the rest on the
// connection's.
#pragma once

#include <chrono>
#include <memory>
#include <variant>

#include "kubus/http/exchange.h"
#include "kubus/http/limits.h"
#include "stream_queue.h"

namespace kubus::http {

class Responder {
 public:
  struct StreamStart {
    Response head;
    std::shared_ptr<StreamQueue> queue;
  };
  struct TakeOver {
    Exchange::Taker taker;
  };
  using Outcome = std::variant<Response, StreamStart, Upstream, TakeOver>;

  virtual ~Responder() = default;
  virtual void deliver(Outcome outcome) = 0;
  // The stream that was begun has something to send.
  virtual void wake() = 0;
  // The client is to see that the stream that was begun did not end in the proper way.
  virtual void abort() = 0;
  virtual const Limits& limits() const = 0;
  // Runs when nobody waits for an answer to the request at hand any more.
  virtual void on_leave(Task task) = 0;
  // Brings the deadline of the request at hand forward.
  virtual void answer_within(std::chrono::steady_clock::duration time) = 0;
};

// A queue that wakes and aborts `responder` as long as that lives.
std::shared_ptr<StreamQueue> make_stream_queue(const std::shared_ptr<Responder>& responder);

}  // namespace kubus::http
