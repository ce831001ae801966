// A client that speaks raw bytes over TLS, for tests of what a well-behaved client never sends.
//
// Thread safety: one thread. It blocks; every read ends at the latest after `kPatience` because the
// socket then fails. What fails throws.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "kubus/pki/certificate.h"

namespace kubus::testing {

class TlsClient {
 public:
  using Tcp = boost::asio::ip::tcp;
  static constexpr int kPatience = 60;  // s

  // Connects to the loopback address; without `pair` as nobody. `protocol` is offered by
  // ALPN, "h2" for one.
  TlsClient(std::uint16_t port, const std::string& ca_pem, const pki::Pair* pair = nullptr,
            const std::string& protocol = "") {
    namespace asio = boost::asio;
    context.add_certificate_authority(asio::buffer(ca_pem));
    context.set_verify_mode(asio::ssl::verify_peer);
    if (pair) {
      context.use_certificate_chain(asio::buffer(pair->certificate_pem));
      context.use_private_key(asio::buffer(pair->key_pem), asio::ssl::context::pem);
    }
    stream = std::make_unique<asio::ssl::stream<Tcp::socket>>(io, context);
    const std::string offer = static_cast<char>(protocol.size()) + protocol;
    if (!protocol.empty())
      SSL_set_alpn_protos(stream->native_handle(),
                          reinterpret_cast<const unsigned char*>(offer.data()),
                          static_cast<unsigned>(offer.size()));
    auto& socket = stream->next_layer();
    socket.connect(Tcp::endpoint(asio::ip::address_v4::loopback(), port));
    const timeval patience{kPatience, 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    stream->handshake(asio::ssl::stream_base::client);
  }

  void send(const std::string& text) { boost::asio::write(*stream, boost::asio::buffer(text)); }
  // Everything up to and with `end`.
  std::string until(const std::string& end) {
    const auto size = boost::asio::read_until(*stream, boost::asio::dynamic_buffer(buffer), end);
    auto text = buffer.substr(0, size);
    buffer.erase(0, size);
    return text;
  }
  std::string exactly(std::size_t size) {
    namespace asio = boost::asio;
    if (buffer.size() < size)
      asio::read(*stream, asio::dynamic_buffer(buffer), asio::transfer_exactly(size - buffer.size()));
    auto text = buffer.substr(0, size);
    buffer.erase(0, size);
    return text;
  }
  // Sends `text` and reads meanwhile, up to and with `end`. One thread does both: OpenSSL lets no
  // two use a connection.
  std::string send_until(const std::string& text, const std::string& end) {
    namespace asio = boost::asio;
    boost::system::error_code failed;
    std::size_t size = 0;
    asio::async_write(*stream, asio::buffer(text), [&](auto error, std::size_t) {
      if (error) failed = error;
    });
    asio::async_read_until(*stream, asio::dynamic_buffer(buffer), end,
                           [&](auto error, std::size_t read) {
                             if (error) failed = error;
                             size = read;
                           });
    io.restart();
    io.run_for(std::chrono::seconds(kPatience));
    if (failed) throw boost::system::system_error(failed);
    auto found = buffer.substr(0, size);
    buffer.erase(0, size);
    return found;
  }
  // Everything until the server closes.
  std::string rest() {
    boost::system::error_code error;
    boost::asio::read(*stream, boost::asio::dynamic_buffer(buffer), error);
    return std::exchange(buffer, {});
  }

  boost::asio::io_context io;
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_client};
  std::unique_ptr<boost::asio::ssl::stream<Tcp::socket>> stream;
  std::string buffer;
};

}  // namespace kubus::testing
