#include "taken_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>

namespace kubus::http {
namespace asio = boost::asio;

void find_vanished(int socket) {
  constexpr int kOn = 1, kSilentSeconds = 30, kBetweenSeconds = 15;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &kOn, sizeof kOn);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &kSilentSeconds, sizeof kSilentSeconds);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &kBetweenSeconds, sizeof kBetweenSeconds);
}

void TakenStream::read(asio::mutable_buffer into, Done done) {
  auto& early = connection_->buffer_;
  if (early.size() > 0 || into.size() == 0) {
    const auto size = asio::buffer_copy(into, early.data());
    early.consume(size);
    return asio::post(get_executor(), [done = std::move(done), size]() mutable { done({}, size); });
  }
  connection_->stream_.async_read_some(
      into, [self = connection_, done = std::move(done)](Error error, std::size_t size) mutable {
        self->last_activity_ = Connection::Clock::now();
        done(error, size);
      });
}

void TakenStream::write(asio::const_buffer data, Done done) {
  if (data.size() == 0)
    return asio::post(get_executor(), [done = std::move(done)]() mutable { done({}, 0); });
  connection_->stream_.async_write_some(
      data, [self = connection_, done = std::move(done)](Error error, std::size_t size) mutable {
        self->last_activity_ = Connection::Clock::now();
        done(error, size);
      });
}

void Connection::hand_over(TakeOver taking) {
  taken_ = true;
  // A session may be silent for hours while its client is well.
  find_vanished(stream_.next_layer().native_handle());
  last_activity_ = Clock::now();
  watch_idle();
  taking.taker(std::make_unique<TakenStream>(shared_from_this()));
}

void Connection::watch_idle() {
  wake_.expires_at(last_activity_ + limits_.stream_idle);
  wake_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (!self || error || self->ended_) return;
    if (Clock::now() - self->last_activity_ >= self->limits_.stream_idle)
      self->close_socket();
    else
      self->watch_idle();
  });
}

void Connection::stop_taken() {
  auto stopping = std::exchange(stopping_, Task());
  if (!stopping || ended_) return end_taken();
  guard(std::chrono::seconds(1));
  stopping();
}

void Connection::end_taken() {
  if (std::exchange(ended_, true)) return;
  stopping_ = Task();
  guard(std::chrono::seconds(1));
  stream_.async_shutdown([self = shared_from_this()](boost::system::error_code) {
    self->write_guard_.cancel();
    self->close_socket();
  });
}

}  // namespace kubus::http
