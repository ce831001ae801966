#include "spdy_session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

namespace kubus::kubelet::spdy {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kReadBlock = 32 * 1024;
constexpr std::size_t kDataBlock = 16 * 1024;
// Replies to the peer's frames may exceed what data may take of the outbox, so that a client that
// is slow to read is still heard.
constexpr std::size_t kReplyRoom = 64 * 1024;
// Credit is given back in portions of this size.
constexpr std::uint32_t kCreditStep = kInitialWindow / 2;

}  // namespace

Session::Session(std::unique_ptr<http::ByteStream> transport, std::shared_ptr<SessionUser> user,
                 SessionLimits limits)
    : transport_(std::move(transport)),
      user_(std::move(user)),
      limits_(limits),
      work_(transport_->get_executor()),
      room_(transport_->get_executor()),
      leave_timer_(transport_->get_executor()) {}

void Session::start() {
  for (const auto loop : {&Session::read_loop, &Session::write_loop})
    asio::co_spawn(
        transport_->get_executor(),
        [self = shared_from_this(), loop]() -> Awaitable<void> { co_await (*self.*loop)(); },
        asio::detached);
}

bool Session::congested() const {
  return unread_ >= limits_.unread || outbox_.size() + sending_ >= limits_.unsent + kReplyRoom;
}

Session::Awaitable<void> Session::read_loop() {
  std::string block(kReadBlock, '\0');
  while (!closed_) {
    if (congested()) {
      co_await room_.wait();
      continue;
    }
    const auto [error, size] =
        co_await transport_->async_read_some(asio::buffer(block), kAwaitTuple);
    if (error) break;
    if (failed_) continue;
    reader_.feed(std::string_view(block).substr(0, size));
    handle_all();
  }
  close();
}

Session::Awaitable<void> Session::write_loop() {
  while (!closed_) {
    if (outbox_.empty()) {
      co_await work_.wait();
      continue;
    }
    const std::string block = std::exchange(outbox_, {});
    sending_ = block.size();
    const auto [error, size] =
        co_await asio::async_write(*transport_, asio::buffer(block), kAwaitTuple);
    sending_ = 0;
    if (error) break;
    room_.notify();
    if (leaving_) leave_when_sent();
  }
  close();
}

void Session::send(const Frame& frame) {
  if (closed_) return;
  outbox_ += writer_.encode(frame);
  work_.notify();
}

Session::Awaitable<bool> Session::send_data(Stream& stream, std::string_view data) {
  while (!data.empty()) {
    if (stream.broken() || stream.done_) co_return false;
    auto size = static_cast<std::int64_t>(std::min(data.size(), kDataBlock));
    if (peer_gives_credit_) size = std::min({size, stream.send_window_, send_window_});
    if (size <= 0 || outbox_.size() + sending_ >= limits_.unsent) {
      co_await room_.wait();
      continue;
    }
    stream.send_window_ -= size;
    send_window_ -= size;
    const auto count = static_cast<std::size_t>(size);
    send(Data{stream.id_, false, data.substr(0, count)});
    data.remove_prefix(count);
  }
  co_return !stream.broken();
}

void Session::consumed(Stream* stream, std::size_t bytes) {
  unread_ -= bytes;
  room_.notify();
  const auto acknowledge = [&](std::uint32_t& pending, std::uint32_t id) {
    pending += static_cast<std::uint32_t>(bytes);
    if (pending >= kCreditStep) send(WindowUpdate{id, std::exchange(pending, 0)});
  };
  acknowledge(to_acknowledge_, 0);
  if (stream && !stream->inbox_.ended() && !stream->broken())
    acknowledge(stream->to_acknowledge_, stream->id_);
}

void Session::forget_if_over(Stream& stream) {
  if (stream.over()) streams_.erase(stream.id_);
}

void Session::give_up_streams() {
  for (const auto& [id, stream] : std::exchange(streams_, {})) stream->inbox_.break_off();
}

void Session::fail() {
  failed_ = true;
  send(GoAway{last_stream_, static_cast<std::uint32_t>(Leave::kProtocolError)});
  finish();
}

void Session::finish() {
  if (std::exchange(leaving_, true)) return;
  no_new_ = true;
  give_up_streams();
  room_.notify();
  leave_when_sent();
}

void Session::leave_when_sent() {
  if (!outbox_.empty() || sending_ > 0) return;
  leave_timer_.expires_after(limits_.leave);
  leave_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    if (auto self = weak.lock(); self && !error) self->close();
  });
}

void Session::close() {
  if (std::exchange(closed_, true)) return;
  leave_timer_.cancel();
  transport_->close();
  give_up_streams();
  work_.notify();
  room_.notify();
  user_->closed();
}

}  // namespace kubus::kubelet::spdy
