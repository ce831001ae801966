// The connection behind open_messages(): takes messages from a queue and sends them.
//
// Thread safety: body() and what it gives from any thread; the rest on the connection's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "kubus/http/websocket.h"
#include "kubus/http/websocket_stream.h"
#include "stream_queue.h"

namespace kubus::http {

// A StreamQueue that knows where messages end: a piece before each says how many it is made of.
class MessageBody final : public BodyStream {
 public:
  MessageBody(const MessageOptions& options, UniqueFunction<void()> wake,
              UniqueFunction<void()> overflow)
      : base64_(options.base64), queue_(options.waiting, std::move(wake), std::move(overflow)) {}
  ~MessageBody() override { queue_.close(); }

  bool write(std::vector<Bytes> pieces, bool limited) override;
  void finish() override { queue_.finish(); }
  void on_close(Task task) override { queue_.on_close(std::move(task)); }
  void when_below(std::size_t waiting, Task task) override {
    queue_.when_below(waiting, std::move(task));
  }
  StreamQueue& queue() { return queue_; }
  // The first message of what is left of a batch, and where the next one begins.
  using Piece = std::vector<Bytes>::const_iterator;
  struct Message {
    std::vector<boost::asio::const_buffer> buffers;
    std::size_t counted = 0;  // as much as the queue counts it
    Piece next;
  };
  static Message message_at(Piece piece);

 private:
  const bool base64_;
  StreamQueue queue_;
};

// Kept alive by its connection.
class MessagePump final : public std::enable_shared_from_this<MessagePump> {
 public:
  MessagePump(MessageOptions options, WebSocketUpgrade upgrade)
      : options_(std::move(options)), upgrade_(std::move(upgrade)) {}
  ~MessagePump();
  // First of all.
  std::shared_ptr<BodyStream> body();
  void start(std::unique_ptr<ByteStream> bytes);

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> send_all();
  boost::asio::awaitable<bool> send(const std::vector<boost::asio::const_buffer>& message);
  boost::asio::awaitable<void> drop_what_comes();
  // From any thread: `cut`: the client is too slow.
  void wake(bool cut);
  void close();

  const MessageOptions options_;
  const WebSocketUpgrade upgrade_;
  std::shared_ptr<MessageBody> body_;
  std::unique_ptr<WebSocketStream> stream_;
  std::optional<boost::asio::steady_timer> wake_;   // never expires
  std::optional<boost::asio::steady_timer> guard_;  // of the message that is being sent
  bool gone_ = false;
  std::mutex mutex_;
  bool cut_ = false;
  std::optional<boost::asio::any_io_executor> executor_;
};

}  // namespace kubus::http
