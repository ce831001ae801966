// How a connection sends responses and streams.
#include <charconv>

#include "connection.h"
#include "gzip.h"
#include "response_head.h"

namespace kubus::http {
namespace asio = boost::asio;

namespace {

// Pieces are gathered into blocks of this size, because TLS encrypts what lies together.
constexpr std::size_t kBlock = 64 * 1024;

std::string chunk_size_line(std::size_t size) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof(text), size, 16).ptr;
  return std::string(text, end) + "\r\n";
}

}  // namespace

asio::awaitable<bool> Connection::send_response(const Request& request, Response response,
                                                bool keep_alive) {
  compress(request, response, limits_.gzip_from);
  std::string block = response_head(response, keep_alive);
  if (response.status != 304)
    block.append("Content-Length: ").append(std::to_string(total_size(response.body)));
  block.append(response.status != 304 ? "\r\n\r\n" : "\r\n");
  if (request.method == "HEAD") response.body.clear();
  for (const auto& piece : response.body) {
    std::string_view rest = piece;
    while (!rest.empty()) {
      const auto part = rest.substr(0, kBlock - std::min(kBlock, block.size()));
      block.append(part);
      rest.remove_prefix(part.size());
      if (block.size() < kBlock) break;
      if (!co_await write(block)) co_return false;
      block.clear();
    }
  }
  if (block.empty()) co_return true;
  co_return co_await write(block);
}

asio::awaitable<bool> Connection::send_stream(StreamStart stream, bool keep_alive) {
  auto queue = std::move(stream.queue);
  active_stream_ = queue;
  stream.head.headers.set("Transfer-Encoding", "chunked");
  std::string prefix = response_head(stream.head, keep_alive) + "\r\n";
  bool ok = true;
  for (;;) {
    auto batch = queue->take();
    const bool last = batch.last;
    if (!batch.pieces.empty() || last || !prefix.empty())
      ok = co_await send_batch(*queue, std::move(batch), std::exchange(prefix, {}));
    if (!ok || last) break;
    // A read is always under way, so that a client that leaves is noticed. What it sends meanwhile
    // is the next request; more than one read's worth of it can wait in the socket.
    if (buffer_.size() == 0) start_read();
    if (read_ended_) {
      ok = false;
      break;
    }
    if (!queue->idle()) continue;
    stream_idle_ = true;
    co_await sleep_until(Clock::time_point::max());
    stream_idle_ = false;
    if (unsent_.empty()) continue;
    ok = co_await write(unsent_);
    unsent_ = std::string();
    if (!ok) break;
  }
  queue->close();
  active_stream_.reset();
  co_return ok;
}

void Connection::send_waiting() {
  auto few = stream_idle_ && unsent_.empty() ? active_stream_->take_at_most(kRecord) : std::nullopt;
  if (!few) {
    wake_.cancel();
    return;
  }
  std::size_t size = 0;
  for (const auto& piece : *few) size += piece.size();
  if (size == 0) return;
  auto block = chunk_size_line(size);
  block.reserve(block.size() + size + 2);
  for (const auto& piece : *few) block.append(piece.view());
  block.append("\r\n");
  boost::system::error_code failed;
  const auto sent = stream_.write_now(block, failed);
  if (sent < block.size()) {
    unsent_ = block.substr(sent);
    wake_.cancel();
  }
  active_stream_->sent(size);
}

asio::awaitable<bool> Connection::send_batch(StreamQueue& queue, StreamQueue::Batch batch,
                                             std::string prefix) {
  std::string block = std::move(prefix);
  auto next = batch.pieces.begin();
  do {
    std::size_t size = 0;
    auto end = next;
    while (end != batch.pieces.end() && (size == 0 || size + end->size() <= kBlock))
      size += (end++)->size();
    if (size > 0) {
      block.append(chunk_size_line(size));
      for (; next != end; ++next) block.append(next->view());
      block.append("\r\n");
    }
    if (next == batch.pieces.end() && batch.last) block.append("0\r\n\r\n");
    if (!block.empty() && !co_await write(block)) co_return false;
    queue.sent(size);
    block.clear();
  } while (next != batch.pieces.end());
  co_return true;
}

}  // namespace kubus::http
