// One keep-alive connection to an API server, as client libraries have it: HTTP/1.1 over TLS with a
// client certificate.
//
// Thread safety: everything on the thread of its io_context, one request at a time. What fails
// throws: a load program has nothing better to do than to stop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
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

  // Begins to read a body that never ends, whose chunks are whole lines; then only what is below is
  // used.
  Awaitable<void> watch(std::string_view target);
  // The sizes of chunks are lines as well.
  Awaitable<std::string> next_line();
  // Until the body has `text`; what came before is forgotten.
  Awaitable<void> await_text(std::string_view text);

 private:
  Awaitable<void> write_request(const Request& request);
  Awaitable<void> read_watched();

  const Access& access_;
  http::TlsStream stream_;
  boost::beast::flat_buffer buffer_;
  std::string watched_;  // and not looked at yet
};

}  // namespace kubus::bench
