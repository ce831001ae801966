// How a stream is answered with what another server says.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "http2_connection.h"
#include "upstream.h"

namespace kubus::http {
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

// What may wait for the client before no more is read.
constexpr std::size_t kWaiting = 256 * 1024;
constexpr std::size_t kRefusalLimit = 64 * 1024;

// The answer of another server, read piece by piece.
template <class Stream>
class UpstreamAnswer {
 public:
  UpstreamAnswer(Stream& stream, std::size_t header_limit) : stream_(stream) {
    parser_.header_limit(static_cast<std::uint32_t>(header_limit));
    parser_.body_limit(boost::none);
    parser_.eager(true);
  }

  // False when what comes is no answer.
  asio::awaitable<bool> read_head(bool without_body) {
    parser_.skip(without_body);
    while (!parser_.is_header_done()) {
      if (buffer_.size() > 0) {
        boost::system::error_code error;
        room({});
        buffer_.consume(parser_.put(buffer_.data(), error));
        if (parser_.is_header_done()) break;
        if (error && error != beast::http::error::need_more) co_return false;
      }
      if (!co_await read_more()) co_return false;
    }
    co_return true;
  }

  Response head() const {
    Response head;
    head.status = static_cast<int>(parser_.get().result_int());
    head.headers = end_to_end(parser_.get());
    return head;
  }

  // The next piece of the body; empty at its end, and when it was cut off.
  asio::awaitable<std::string> next() {
    std::string block(kRelayBlock, '\0');
    while (!parser_.is_done()) {
      if (buffer_.size() > 0) {
        boost::system::error_code error;
        room(asio::buffer(block));
        const auto used = parser_.put(buffer_.data(), error);
        buffer_.consume(used);
        block.resize(block.size() - parser_.get().body().size);
        if (!block.empty()) co_return block;
        block.resize(kRelayBlock);
        if (parser_.is_done()) break;
        if (error && error != beast::http::error::need_more) co_return std::string();
        if (used > 0) continue;
      }
      if (!co_await read_more()) {
        boost::system::error_code error;
        parser_.put_eof(error);
        break;
      }
    }
    co_return std::string();
  }
  bool is_whole() const { return parser_.is_done(); }

 private:
  void room(asio::mutable_buffer block) {
    auto& body = parser_.get().body();
    body.data = block.data();
    body.size = block.size();
    body.more = true;
  }
  asio::awaitable<bool> read_more() {
    const auto [error, size] =
        co_await stream_.async_read_some(buffer_.prepare(kRelayBlock), kAwaitUpstream);
    buffer_.commit(size);
    co_return !error;
  }

  Stream& stream_;
  beast::http::response_parser<beast::http::buffer_body> parser_;
  beast::flat_buffer buffer_;
};

// Until little waits for the client, or it is gone.
asio::awaitable<void> wait_for_room(asio::any_io_executor executor, BodyStream& stream) {
  auto timer =
      std::make_shared<asio::steady_timer>(executor, asio::steady_timer::time_point::max());
  auto below = std::make_shared<bool>(false);
  stream.when_below(kWaiting, [timer, below] {
    *below = true;
    timer->cancel();
  });
  if (!*below) co_await timer->async_wait(kAwaitUpstream);
}

template <class Answer>
asio::awaitable<void> relay_body(Http2Stream& stream, Answer& answer, Response head) {
  std::shared_ptr<Responder> responder = stream.shared_from_this();
  auto queue = make_stream_queue(responder);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  stream.deliver(Responder::StreamStart{std::move(head), queue});
  for (;;) {
    auto piece = co_await answer.next();
    if (piece.empty()) break;
    std::vector<Bytes> pieces;
    pieces.emplace_back(std::move(piece));
    if (!queue->write(std::move(pieces), true)) co_return;
    co_await wait_for_room(executor, *queue);
  }
  if (answer.is_whole())
    queue->finish();
  else
    stream.abort();
}

template <class Stream>
asio::awaitable<std::optional<Response>> relay(Http2Stream& stream, Stream& upstream_stream,
                                               Upstream& upstream) {
  const auto request = stream.request;
  const auto text = upstream_request(*request, upstream);
  const auto [error, size] =
      co_await asio::async_write(upstream_stream, asio::buffer(text), kAwaitUpstream);
  if (error) co_return upstream.failed(error.message());
  UpstreamAnswer<Stream> answer(upstream_stream, stream.limits().header_bytes);
  if (!co_await answer.read_head(request->method == "HEAD"))
    co_return upstream.failed("the answer was not HTTP");
  auto head = answer.head();
  // There is nothing on HTTP/2 that could switch protocols.
  if (head.status < 200) co_return upstream.failed("the answer was not one to this request");
  if (upstream.redirected && head.status >= 300 && head.status < 400 &&
      !head.headers.get("Location").empty())
    co_return upstream.redirected();
  if (head.status < 400 || !upstream.refused) {
    complete_answer(upstream, head);
    co_await relay_body(stream, answer, std::move(head));
    co_return std::nullopt;
  }
  std::string body;
  for (;;) {
    const auto piece = co_await answer.next();
    if (piece.empty() || body.size() > kRefusalLimit) break;
    body += piece;
  }
  co_return upstream.refused(head.status, std::move(body));
}

asio::awaitable<void> answer_from(std::shared_ptr<Http2Stream> stream, Upstream upstream) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto through = [&](auto& upstream_stream) -> asio::awaitable<std::optional<Response>> {
    // A client that leaves ends the request there.
    const auto alive = std::make_shared<char>();
    stream->when_over(
        [&socket = upstream_stream.lowest_layer(), alive = std::weak_ptr<char>(alive)] {
          boost::system::error_code ignored;
          if (alive.lock()) socket.close(ignored);
        });
    co_return co_await relay(*stream, upstream_stream, upstream);
  };
  auto instead = co_await with_upstream(executor, upstream, through);
  if (!instead) co_return;
  complete_answer(upstream, *instead);
  stream->deliver(std::move(*instead));
}

}  // namespace

void Http2Connection::forward(std::shared_ptr<Http2Stream> stream, Upstream upstream) {
  asio::co_spawn(connection_->stream_.get_executor(),
                 answer_from(std::move(stream), std::move(upstream)), asio::detached);
}

}  // namespace kubus::http
