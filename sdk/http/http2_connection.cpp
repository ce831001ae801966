#include "http2_connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "taken_stream.h"

namespace kubus::http {
namespace asio = boost::asio;

namespace {

// What is encrypted and sent at once.
constexpr std::size_t kBurst = 64 * 1024;
// A socket that is closed with bytes unread resets the connection: the client, still sending, would
// not see why.
constexpr auto kParting = std::chrono::milliseconds(500);

}  // namespace

Http2Connection::Http2Connection(std::shared_ptr<Connection> connection)
    : connection_(std::move(connection)), timer_(connection_->stream_.get_executor()) {}

void Http2Connection::start() {
  session_.emplace(connection_->handler_, connection_->limits_, connection_->peer(),
                   connection_->body_share_.budget(), weak_from_this());
  // A watch may be silent for hours while its client is well.
  find_vanished(connection_->stream_.next_layer().native_handle());
  flush();
  read();
}

void Http2Connection::shutdown() {
  if (ended_) return;
  session_->shutdown();
  flush();
}

void Http2Connection::post(Task task) {
  asio::post(connection_->stream_.get_executor(),
             [self = shared_from_this(), task = std::move(task)]() mutable {
               task();
               self->flush();
             });
}

void Http2Connection::read() {
  connection_->stream_.async_read_some(
      asio::buffer(in_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
        if (error) {
          self->end();
          return self->connection_->close_socket();
        }
        if (!self->ended_) {
          self->connection_->peer();
          self->session_->receive({self->in_.data(), size});
          self->flush();
        }
        self->read();
      });
}

void Http2Connection::flush() {
  if (writing_ || ended_) return;
  // The socket nearly always takes what is small, and then there is nothing to wait for.
  for (std::size_t sent = 0;;) {
    session_->fill(out_, kBurst);
    connection_->mark_idle(session_->idle());
    watch_deadlines();
    if (out_.empty()) {
      if (session_->finished()) end();
      return;
    }
    if (sent + out_.size() > kRecord) break;
    boost::system::error_code failed;
    const auto size = connection_->stream_.write_now(out_, failed);
    sent += size;
    out_.erase(0, size);
    if (failed) break;
  }
  writing_ = true;
  connection_->guard(connection_->limits_.write);
  asio::async_write(connection_->stream_, asio::buffer(out_),
                    [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                      self->after_write(error);
                    });
}

void Http2Connection::after_write(boost::system::error_code error) {
  if (ended_) return connection_->close_socket();
  connection_->write_guard_.cancel();
  writing_ = false;
  // A connection at rest keeps no block.
  if (out_.capacity() > kBurst / 4)
    out_ = std::string();
  else
    out_.clear();
  if (error) {
    end();
    return connection_->close_socket();
  }
  flush();
}

// The timer is set anew only for what comes before it, so that it costs nothing per request.
void Http2Connection::watch_deadlines() {
  const auto next = session_->next_deadline();
  if (next >= timer_at_) return;
  timer_at_ = next;
  timer_.expires_at(next);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (!self || error || self->ended_) return;
    self->timer_at_ = Clock::time_point::max();
    self->session_->expire();
    self->flush();
    if (!self->ended_) self->watch_deadlines();
  });
}

void Http2Connection::end() {
  if (std::exchange(ended_, true)) return;
  timer_.cancel();
  session_->close();
  connection_->guard(kParting);
  if (writing_) return;
  connection_->stream_.async_shutdown([self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->connection_->close_socket();
  });
}

}  // namespace kubus::http
