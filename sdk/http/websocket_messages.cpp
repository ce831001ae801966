#include "websocket_messages.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <cstring>

#include "kubus/api/base64.h"

namespace kubus::http {
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;

namespace {

constexpr auto kAwaitMessage = asio::as_tuple(asio::use_awaitable);
// Nobody listens: more is a mistake.
constexpr std::size_t kLargestFromClient = 1024 * 1024;

using Count = std::uint32_t;

}  // namespace

bool MessageBody::write(std::vector<Bytes> pieces, bool limited) {
  if (base64_) {
    std::string text;
    for (const auto& piece : pieces) text.append(piece.view());
    pieces = {Bytes(encode_base64(text))};
  }
  std::erase_if(pieces, [](const Bytes& piece) { return piece.empty(); });
  const auto count = static_cast<Count>(pieces.size());
  pieces.insert(pieces.begin(),
                Bytes::copy({reinterpret_cast<const char*>(&count), sizeof(count)}));
  return queue_.write(std::move(pieces), limited);
}

MessageBody::Message MessageBody::message_at(Piece piece) {
  Message message;
  Count count = 0;
  std::memcpy(&count, piece->data(), sizeof(count));
  message.counted = sizeof(count);
  ++piece;
  for (; count > 0; --count, ++piece) {
    message.counted += piece->size();
    message.buffers.emplace_back(piece->data(), piece->size());
  }
  message.next = piece;
  return message;
}

// Without a connection when the server stopped before it could be had.
MessagePump::~MessagePump() {
  if (body_) body_->queue().close();
}

std::shared_ptr<BodyStream> MessagePump::body() {
  const auto tell = [weak = weak_from_this()](bool cut) {
    if (auto self = weak.lock()) self->wake(cut);
  };
  body_ = std::make_shared<MessageBody>(
      options_, [tell] { tell(false); }, [tell] { tell(true); });
  return body_;
}

void MessagePump::wake(bool cut) {
  std::lock_guard lock(mutex_);
  cut_ = cut_ || cut;
  // Whoever starts looks for himself.
  if (!executor_) return;
  asio::post(*executor_, [self = shared_from_this(), cut] {
    if (cut) self->close();
    self->wake_->cancel();
  });
}

void MessagePump::close() {
  gone_ = true;
  stream_->next_layer().next_layer().close();
}

void MessagePump::start(std::unique_ptr<ByteStream> bytes) {
  bytes->on_stop([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->body_->finish();
  });
  const auto executor = bytes->get_executor();
  stream_ = make_websocket(std::move(bytes));
  stream_->read_message_max(kLargestFromClient);
  stream_->binary(options_.binary);
  wake_.emplace(executor, asio::steady_timer::time_point::max());
  guard_.emplace(executor);
  {
    std::lock_guard lock(mutex_);
    executor_ = executor;
    gone_ = cut_;
  }
  asio::co_spawn(
      executor, [self = shared_from_this()]() -> asio::awaitable<void> { co_await self->run(); },
      asio::detached);
}

asio::awaitable<void> MessagePump::run() {
  const auto self = shared_from_this();
  if (!gone_ && co_await accept_websocket(*stream_, upgrade_, options_.subprotocol)) {
    asio::co_spawn(stream_->get_executor(), drop_what_comes(), asio::detached);
    co_await send_all();
  }
  close();
  body_->queue().close();
}

asio::awaitable<void> MessagePump::send_all() {
  auto& queue = body_->queue();
  while (!gone_) {
    if (queue.idle()) {
      co_await wake_->async_wait(kAwaitMessage);
      continue;
    }
    const auto batch = queue.take();
    for (auto piece = batch.pieces.begin(); piece != batch.pieces.end();) {
      const auto message = MessageBody::message_at(piece);
      const bool sent = !gone_ && co_await send(message.buffers);
      if (!sent) co_return;
      queue.sent(message.counted);
      piece = message.next;
    }
    if (batch.last) {
      co_await stream_->async_close(websocket::close_code::normal, kAwaitMessage);
      co_return;
    }
  }
}

asio::awaitable<bool> MessagePump::send(const std::vector<asio::const_buffer>& message) {
  guard_->expires_after(options_.write);
  guard_->async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
    if (auto self = weak.lock(); self && !cancelled) self->close();
  });
  const auto [error, size] = co_await stream_->async_write(message, kAwaitMessage);
  guard_->cancel();
  co_return !error;
}

asio::awaitable<void> MessagePump::drop_what_comes() {
  const auto self = shared_from_this();
  std::array<char, 1024> block;
  for (bool open = true; open;) {
    const auto [error, size] =
        co_await stream_->async_read_some(asio::buffer(block), kAwaitMessage);
    open = !error;
  }
  gone_ = true;
  wake_->cancel();
}

std::shared_ptr<BodyStream> open_messages(Exchange& exchange, MessageOptions options) {
  auto pump =
      std::make_shared<MessagePump>(std::move(options), to_websocket_upgrade(exchange.request()));
  auto body = pump->body();
  exchange.take_over([pump](std::unique_ptr<ByteStream> bytes) { pump->start(std::move(bytes)); });
  return body;
}

}  // namespace kubus::http
