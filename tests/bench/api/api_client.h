// One keep-alive connection to an API server, as client libraries have it: HTTP/1.1 over TLS with a
// client certificate.
//
// Thread safety: everything on the thread of its io_context, one request at a time. What fails
// throws: a load program has nothing better to do than to stop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/access.h"
#include "tls_stream.h"

namespace kubus::bench {

class ApiClient {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  ApiClient(boost::asio::io_context& io, const Access& access);
  Awaitable<void> connect();

  struct Request {
    std::string_view method;
    std::string_view target;
    std::string_view body{};
    std::string_view accept = "application/json";
    bool gzip = false;
  };
  struct Reply {
    unsigned status = 0;
    std::string body;
  };
  Awaitable<Reply> send(const Request& request);
  // The same, and std::runtime_error with the answer when its status is another one.
  Awaitable<std::string> expect(unsigned status, const Request& request);

  // Begins to read a body that never ends; then only next_line() is used.
  Awaitable<void> watch(std::string_view target);
  Awaitable<std::string> next_line();

 private:
  Awaitable<void> write_request(const Request& request);

  const Access& access_;
  http::TlsStream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::buffer_body>> watching_;
  std::string lines_;
};

}  // namespace kubus::bench
