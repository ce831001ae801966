#include "api/api_client.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <stdexcept>

namespace kubus::bench {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::use_awaitable;
using asio::ip::tcp;

ApiClient::ApiClient(asio::io_context& io, const Access& access)
    : access_(access), stream_(tcp::socket(io), *access.tls) {}

asio::awaitable<void> ApiClient::connect() {
  const tcp::endpoint server(asio::ip::make_address(access_.host), access_.port);
  co_await stream_.next_layer().async_connect(server, use_awaitable);
  stream_.next_layer().set_option(tcp::no_delay(true));
  co_await stream_.async_handshake(http::TlsStream::client, use_awaitable);
}

asio::awaitable<void> ApiClient::write_request(const Request& request) {
  std::string text;
  text.reserve(256 + request.body.size());
  text.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  text.append(access_.host).append("\r\nAccept: ").append(request.accept);
  if (request.gzip) text.append("\r\nAccept-Encoding: gzip");
  if (!request.body.empty())
    text.append("\r\nContent-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(request.body.size()));
  text.append("\r\n\r\n").append(request.body);
  boost::system::error_code for_now;
  text.erase(0, stream_.write_now(text, for_now));
  if (!text.empty()) co_await asio::async_write(stream_, asio::buffer(text), use_awaitable);
}

asio::awaitable<ApiClient::Reply> ApiClient::send(const Request& request) {
  co_await write_request(request);
  beast_http::response_parser<beast_http::string_body> parser;
  parser.body_limit(boost::none);
  co_await beast_http::async_read(stream_, buffer_, parser, use_awaitable);
  co_return Reply{parser.get().result_int(), std::move(parser.get().body())};
}

asio::awaitable<std::string> ApiClient::expect(unsigned status, const Request& request) {
  auto reply = co_await send(request);
  if (reply.status != status)
    throw std::runtime_error(std::string(request.method) + " " + std::string(request.target) +
                             ": " + std::to_string(reply.status) + " " + reply.body.substr(0, 500));
  co_return std::move(reply.body);
}

asio::awaitable<void> ApiClient::watch(std::string_view target) {
  co_await write_request({.method = "GET", .target = target});
  beast_http::response_parser<beast_http::empty_body> head;
  co_await beast_http::async_read_header(stream_, buffer_, head, use_awaitable);
  if (head.get().result() != beast_http::status::ok)
    throw std::runtime_error("watch " + std::string(target) + ": " +
                             std::to_string(head.get().result_int()));
  watched_.assign(static_cast<const char*>(buffer_.data().data()), buffer_.size());
  buffer_.clear();
}

asio::awaitable<void> ApiClient::read_watched() {
  constexpr std::size_t kBlock = 4096;
  const auto before = watched_.size();
  watched_.resize(before + kBlock);
  const auto size = co_await stream_.async_read_some(asio::buffer(watched_.data() + before, kBlock),
                                                     use_awaitable);
  watched_.resize(before + size);
}

asio::awaitable<void> ApiClient::await_text(std::string_view text) {
  for (;;) {
    if (const auto at = watched_.find(text); at != std::string::npos) {
      watched_.erase(0, at + text.size());
      co_return;
    }
    watched_.erase(0, watched_.size() - std::min(watched_.size(), text.size() - 1));
    co_await read_watched();
  }
}

asio::awaitable<std::string> ApiClient::next_line() {
  for (;;) {
    if (const auto end = watched_.find('\n'); end != std::string::npos) {
      auto line = watched_.substr(0, end);
      watched_.erase(0, end + 1);
      co_return line;
    }
    co_await read_watched();
  }
}

}  // namespace kubus::bench
