// One client connection: TLS, and either HTTP/2 or HTTP/1.1 requests one after the other and what
// each is answered with.
//
// Thread safety: everything runs on the thread of its io_context but for `deliver`, `wake`,
// `abort` and `on_leave`, which may be called from any thread. It keeps itself alive while it has
// work.
//
// One coroutine does it all. It sleeps on one timer, which is also the deadline of what it waits
// for; whatever happens (bytes came, an answer is there, a stream has data) cancels that timer.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <ctime>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "body_budget.h"
#include "kubus/http/exchange.h"
#include "kubus/http/tls.h"
#include "responder.h"
#include "tls_stream.h"

namespace kubus::http {

class Http2Connection;

class Connection final : public Responder, public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<ServerTls> tls, Handler& handler,
             const Limits& limits, std::shared_ptr<BodyBudget> bodies, std::function<void()> gone);
  ~Connection() override;
  void start();
  // Finishes the request at hand, ends streams, then closes; one taken over says its farewell.
  void shutdown();

  void deliver(Outcome outcome) override;
  void wake() override;
  void abort() override;
  void on_leave(Task task) override;
  const Limits& limits() const override { return limits_; }
  void answer_within(Clock::duration time) override {
    if (time < limits_.answer) answer_by_ = Clock::now() + time;
  }
  // Since when nothing has been asked of it; from any thread. The end of time: something is.
  Clock::time_point idle_since() const {
    return Clock::time_point(Clock::duration(idle_since_.load(std::memory_order_relaxed)));
  }

 private:
  friend class TakenStream;
  friend class Http2Connection;
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> run();
  Awaitable<bool> handshake();
  bool negotiated_http2();
  void serve_http2();
  // The next request, or nothing when the connection is to end.
  Awaitable<std::optional<Request>> read_request();
  // Null: there is nothing to ask about.
  bool wants_body(const Request* head);
  // The last answer of the connection; what the client still sends is read for a moment.
  Awaitable<void> refuse(int status, std::string message);
  Awaitable<void> drop_what_comes();
  Awaitable<bool> answer(const std::shared_ptr<Request>& request, bool keep_alive);
  Awaitable<bool> send_response(const Request& request, Response response, bool keep_alive);
  Awaitable<bool> send_stream(StreamStart stream, bool keep_alive);
  Awaitable<bool> send_batch(StreamQueue& queue, StreamQueue::Batch batch, std::string prefix);
  Awaitable<void> forward(const Request& request, Upstream upstream);
  // From here on it belongs to a ByteStream.
  void hand_over(TakeOver taking);
  void watch_idle();
  void stop_taken();
  void end_taken();
  // What a stream has for a sender that sleeps goes out at once if it is little.
  void send_waiting();
  Awaitable<bool> write(std::string_view data);
  void set_idle(bool idle);
  // For those who look at idle_since().
  void mark_idle(bool idle);
  // Waits until something happens or `deadline` passes (false).
  Awaitable<bool> sleep_until(Clock::time_point deadline);
  // Closes the socket unless write_guard_ is cancelled in time.
  void guard(std::chrono::steady_clock::duration time);
  void start_read();
  // So that somebody else can read.
  Awaitable<void> stop_read();
  // Whoever waits for a client that has left is told.
  void look_for_client();
  void lose_client();
  void read_peer();
  // The client as it is to be seen now: its certificate may end while it is connected.
  const Peer& peer();
  void close_socket();

  TlsStream stream_;
  std::shared_ptr<ServerTls> tls_;
  Handler& handler_;
  const Limits limits_;
  BodyBudget::Share body_share_;
  std::function<void()> gone_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer write_guard_;
  boost::beast::flat_buffer buffer_;
  Peer peer_;
  std::time_t peer_until_ = std::numeric_limits<std::time_t>::max();
  std::optional<Outcome> outcome_;
  std::vector<Task> leave_tasks_;  // of the request at hand
  bool left_ = false;              // its client, who has no other one then
  Clock::time_point answer_by_;
  std::shared_ptr<StreamQueue> active_stream_;
  bool stream_idle_ = false;  // its sender sleeps until there is something to send
  std::string unsent_;        // of its bytes, less than a record
  std::size_t sent_at_once_ = 0;
  std::weak_ptr<Http2Connection> http2_;
  bool reading_ = false;
  bool read_ended_ = false;
  bool keep_alive_ = true;
  bool idle_ = false;
  std::atomic<Clock::rep> idle_since_ = Clock::now().time_since_epoch().count();
  bool closing_ = false;
  bool taken_ = false;
  bool ended_ = false;  // of one taken over
  Task stopping_;       // likewise
  Clock::time_point last_activity_;
};

}  // namespace kubus::http
