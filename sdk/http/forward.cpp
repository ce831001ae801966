// How a connection passes a request on to another server.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "connection.h"
#include "upstream.h"

namespace kubus::http {
namespace asio = boost::asio;
namespace beast = boost::beast;
using namespace asio::experimental::awaitable_operators;

namespace {

constexpr std::size_t kRefusalLimit = 64 * 1024;

// Copies until either side ends or fails.
template <class From, class To>
asio::awaitable<void> pump(From& from, To& to) {
  std::string block(kRelayBlock, '\0');
  for (;;) {
    const auto [error, size] = co_await from.async_read_some(asio::buffer(block), kAwaitUpstream);
    if (size > 0) {
      const auto [failed, written] =
          co_await asio::async_write(to, asio::buffer(block.data(), size), kAwaitUpstream);
      if (failed) co_return;
    }
    if (error) co_return;
  }
}

// Ends when the client does; what it sends is of no use to the other side.
asio::awaitable<void> discard(TlsStream& from) {
  std::string block(1024, '\0');
  for (;;) {
    const auto [error, size] = co_await from.async_read_some(asio::buffer(block), kAwaitUpstream);
    if (error) co_return;
  }
}

struct Head {
  int status = 0;
  bool leads_elsewhere = false;
  std::size_t size = 0;  // with the empty line
};

bool names_field(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at)) {
    at += 2;
    if (head.size() > at + name.size() && head[at + name.size()] == ':' &&
        iequals(head.substr(at, name.size()), name))
      return true;
  }
  return false;
}

// Reads until the header is complete; status 0 when it never is.
template <class Stream>
asio::awaitable<Head> read_head(Stream& stream, std::string& buffer, std::size_t limit) {
  std::string block(kRelayBlock, '\0');
  for (;;) {
    if (const auto end = buffer.find("\r\n\r\n"); end != std::string::npos) {
      Head head;
      head.size = end + 4;
      if (buffer.size() > 12 && buffer.compare(0, 7, "HTTP/1.") == 0)
        head.status = std::atoi(buffer.c_str() + 9);
      head.leads_elsewhere = head.status >= 300 && head.status < 400 &&
                             names_field(std::string_view(buffer).substr(0, head.size), "Location");
      co_return head;
    }
    if (buffer.size() > limit) co_return Head{};
    const auto [error, size] = co_await stream.async_read_some(asio::buffer(block), kAwaitUpstream);
    if (error) co_return Head{};
    buffer.append(block, 0, size);
  }
}

// Puts fields in front of those that an answer has.
void add_fields(const Headers& fields, std::string& answer) {
  std::string text;
  for (const auto& [name, value] : fields.fields()) text += name + ": " + value + "\r\n";
  answer.insert(answer.find("\r\n") + 2, text);
}

// A refusal, its body as far as it is worth passing on.
template <class Stream>
asio::awaitable<Response> read_refusal(Stream& stream, const std::string& begun) {
  beast::http::response_parser<beast::http::string_body> parser;
  parser.eager(true);
  parser.body_limit(kRefusalLimit);
  beast::flat_buffer buffer;
  buffer.commit(asio::buffer_copy(buffer.prepare(begun.size()), asio::buffer(begun)));
  for (;;) {
    boost::system::error_code error;
    buffer.consume(parser.put(buffer.data(), error));
    if (parser.is_done() || (error && error != beast::http::error::need_more)) break;
    const auto [failed, size] =
        co_await stream.async_read_some(buffer.prepare(kRelayBlock), kAwaitUpstream);
    if (failed) {
      parser.put_eof(error);
      break;
    }
    buffer.commit(size);
  }
  Response refusal;
  refusal.status = static_cast<int>(parser.get().result_int());
  refusal.headers = end_to_end(parser.get());
  refusal.body.emplace_back(std::move(parser.get().body()));
  co_return refusal;
}

// Both sides speak what they agreed upon, until either ends. `early`: what the client sent before.
template <class Stream>
asio::awaitable<void> relay_both_ways(TlsStream& client, Stream& upstream_stream,
                                      const std::string& early) {
  const auto [failed, written] =
      co_await asio::async_write(upstream_stream, asio::buffer(early), kAwaitUpstream);
  if (!failed) co_await (pump(upstream_stream, client) || pump(client, upstream_stream));
}

// One request through `upstream_stream`. A response is returned when the client is to get that in
// place of what the other side said. Nothing else that the client has sent goes there before the
// other side switches protocols: it would be taken for a request of ours, that nobody has checked.
template <class Stream>
asio::awaitable<std::optional<Response>> relay(TlsStream& client, Stream& upstream_stream,
                                               const Request& request, Upstream& upstream,
                                               std::string early_client_bytes,
                                               std::size_t header_limit) {
  const auto text = upstream_request(request, upstream);
  const auto [error, size] =
      co_await asio::async_write(upstream_stream, asio::buffer(text), kAwaitUpstream);
  if (error) co_return upstream.failed(error.message());
  std::string buffer;
  const Head head = co_await read_head(upstream_stream, buffer, header_limit);
  if (head.status == 0) co_return upstream.failed("the answer was not HTTP");
  if (head.status == 101 && !is_upgrade(request))
    co_return upstream.failed("the answer was not one to this request");
  if (head.leads_elsewhere && upstream.redirected) co_return upstream.redirected();
  // The other side of an upgrade that was refused may keep its connection; ours ends with it.
  if (head.status >= 400 && (upstream.refused || is_upgrade(request))) {
    auto refusal = co_await read_refusal(upstream_stream, buffer);
    if (!upstream.refused) co_return refusal;
    co_return upstream.refused(head.status, refusal.body.front().str());
  }
  if (upstream.on_status) upstream.on_status(head.status);
  if (head.status != 101) add_fields(upstream.answer, buffer);
  const auto [failed, written] =
      co_await asio::async_write(client, asio::buffer(buffer), kAwaitUpstream);
  if (failed) co_return std::nullopt;
  if (head.status == 101)
    co_await relay_both_ways(client, upstream_stream, early_client_bytes);
  else
    co_await (pump(upstream_stream, client) || discard(client));
  co_return std::nullopt;
}

}  // namespace

asio::awaitable<void> Connection::forward(const Request& request, Upstream upstream) {
  std::string early(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  buffer_.clear();
  auto through = [&](auto& stream) {
    return relay(stream_, stream, request, upstream, std::move(early), limits_.header_bytes);
  };
  auto instead = co_await with_upstream(stream_.get_executor(), upstream, through);
  if (!instead) co_return;
  complete_answer(upstream, *instead);
  co_await send_response(request, std::move(*instead), false);
}

}  // namespace kubus::http
