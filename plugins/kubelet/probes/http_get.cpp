#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "prober.h"

namespace kubus::kubelet {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

// As much of a body as the reference reads.
constexpr std::size_t kBodyLimit = 10 * 1024;

std::string url_of(const core_v1::HTTPGetAction& action, const std::string& host, int port) {
  std::string scheme = action.scheme() == "HTTPS" ? "https" : "http";
  std::string path = action.path();
  if (!path.starts_with("/")) path = "/" + path;
  return scheme + "://" + host + ":" + std::to_string(port) + path;
}

http::request<http::empty_body> make_request(const core_v1::HTTPGetAction& action,
                                             const std::string& host, int port) {
  std::string path = action.path();
  if (!path.starts_with("/")) path = "/" + path;
  http::request<http::empty_body> request(http::verb::get, path, 11);
  request.set(http::field::host, host + ":" + std::to_string(port));
  request.set(http::field::user_agent, "kube-probe/1.35");
  request.set(http::field::accept, "*/*");
  request.set(http::field::connection, "close");
  for (const auto& header : action.httpheaders()) {
    if (beast::iequals(header.name(), "host"))
      request.set(http::field::host, header.value());
    else
      request.set(header.name(), header.value());
  }
  return request;
}

// Runs the asynchronous chain connect, (handshake,) write, read with one timeout over all of it.
template <class Stream>
class Exchange {
 public:
  Exchange(Stream& stream, const core_v1::HTTPGetAction& action, const std::string& host, int port)
      : stream_(stream), request_(make_request(action, host, port)) {
    parser_.body_limit(kBodyLimit);
  }
  void write() {
    http::async_write(stream_, request_, [this](beast::error_code error, std::size_t) {
      if (error) return finish(error);
      http::async_read(stream_, buffer_, parser_, [this](beast::error_code e, std::size_t) {
        // A body over the limit is cut there: the status line is what counts.
        finish(e == http::error::body_limit ? beast::error_code() : e);
      });
    });
  }
  void finish(beast::error_code error) { error_ = error; }
  beast::error_code error() const { return error_; }
  int status() const { return parser_.is_header_done() ? int(parser_.get().result_int()) : 0; }

 private:
  Stream& stream_;
  http::request<http::empty_body> request_;
  http::response_parser<http::string_body> parser_;
  beast::flat_buffer buffer_;
  beast::error_code error_;
};

// As the reference's network library words it: people search for these.
std::string in_words(beast::error_code error, const std::string& address) {
  using namespace boost::system;
  if (error == errc::connection_refused || error == errc::host_unreachable ||
      error == errc::network_unreachable) {
    const char* what = error == errc::connection_refused ? "connection refused"
                       : error == errc::host_unreachable ? "no route to host"
                                                         : "network is unreachable";
    return "dial tcp " + address + ": connect: " + what;
  }
  if (error == http::error::end_of_stream || error == asio::error::eof) return "EOF";
  if (error == errc::connection_reset) return "read: connection reset by peer";
  return error.message();
}

ProbeResult verdict(const std::string& url, const std::string& address, beast::error_code error,
                    int status) {
  if (error == beast::error::timeout)
    return ProbeResult::failure("Get \"" + url +
                                "\": context deadline exceeded (Client.Timeout exceeded "
                                "while awaiting headers)");
  if (error && status == 0)
    return ProbeResult::failure("Get \"" + url + "\": " + in_words(error, address));
  if (status >= 200 && status < 400) return {};
  return ProbeResult::failure("HTTP probe failed with statuscode: " + std::to_string(status));
}

}  // namespace

ProbeResult http_get(const core_v1::HTTPGetAction& action, const std::string& host, int port,
                     std::chrono::seconds timeout) try {
  const std::string url = url_of(action, host, port);
  const std::string at = host + ":" + std::to_string(port);
  asio::io_context io;
  beast::error_code parse_error;
  const auto address = asio::ip::make_address(host, parse_error);
  if (parse_error) return ProbeResult::error("host \"" + host + "\" is not an address");
  const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(port));
  if (action.scheme() == "HTTPS") {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.set_verify_mode(asio::ssl::verify_none);
    beast::ssl_stream<beast::tcp_stream> stream(io, tls);
    beast::get_lowest_layer(stream).expires_after(timeout);
    Exchange exchange(stream, action, host, port);
    beast::get_lowest_layer(stream).async_connect(endpoint, [&](beast::error_code error) {
      if (error) return exchange.finish(error);
      stream.async_handshake(asio::ssl::stream_base::client, [&](beast::error_code e) {
        if (e) return exchange.finish(e);
        exchange.write();
      });
    });
    io.run();
    return verdict(url, at, exchange.error(), exchange.status());
  }
  beast::tcp_stream stream(io);
  stream.expires_after(timeout);
  Exchange exchange(stream, action, host, port);
  stream.async_connect(endpoint, [&](beast::error_code error) {
    if (error) return exchange.finish(error);
    exchange.write();
  });
  io.run();
  return verdict(url, at, exchange.error(), exchange.status());
} catch (const std::exception& e) {
  return ProbeResult::error(e.what());
}

ProbeResult tcp_connect(const std::string& host, int port, std::chrono::seconds timeout) try {
  asio::io_context io;
  beast::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return ProbeResult::error("host \"" + host + "\" is not an address");
  beast::tcp_stream stream(io);
  stream.expires_after(timeout);
  stream.async_connect(tcp::endpoint(address, static_cast<std::uint16_t>(port)),
                       [&](beast::error_code e) { error = e; });
  io.run();
  if (!error) return {};
  const std::string at = host + ":" + std::to_string(port);
  if (error == beast::error::timeout)
    return ProbeResult::failure("dial tcp " + at + ": i/o timeout");
  return ProbeResult::failure(in_words(error, at));
} catch (const std::exception& e) {
  return ProbeResult::error(e.what());
}

}  // namespace kubus::kubelet
