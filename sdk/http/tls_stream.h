// A socket that speaks TLS, with the member functions of asio::ssl::stream and a write that is tried
// without waiting.
//
// OpenSSL reads and writes the socket itself. asio::ssl::stream moves each byte through two more
// buffers and keeps them, however idle the connection: 84 kB for each in place of 41 (crowd_test).
// And each of its writes is a turn of the loop, though a socket nearly always takes what it gets.
//
// Thread safety: the thread of its executor. At most one read and one write at a time.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace kubus::http {

// What is encrypted and sent together at most.
constexpr std::size_t kRecord = 16 * 1024;

class TlsStream : public boost::asio::ssl::stream_base {
 public:
  using executor_type = boost::asio::any_io_executor;
  using next_layer_type = boost::asio::ip::tcp::socket;
  using lowest_layer_type = next_layer_type::lowest_layer_type;
  using Error = boost::system::error_code;

  // The context must live as long.
  TlsStream(next_layer_type socket, boost::asio::ssl::context& context);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  executor_type get_executor() { return socket_.get_executor(); }
  next_layer_type& next_layer() { return socket_; }
  lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
  SSL* native_handle() { return ssl_.get(); }

  // Sends what the socket takes at once and says how much that was. Less than all comes with an
  // error; after would_block the rest, or more that begins with it, is to be written next.
  std::size_t write_now(std::string_view data, Error& error);

  // void(Error)
  template <class Token>
  auto async_handshake(handshake_type side, Token&& token) {
    side == server ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
    return until_done<false>(
        [this](Error& error) {
          error = try_handshake();
          return std::size_t{0};
        },
        std::forward<Token>(token));
  }
  // Tells the other side that this was all, and waits until it says the same. void(Error)
  template <class Token>
  auto async_shutdown(Token&& token) {
    return until_done<false>(
        [this](Error& error) {
          error = try_shutdown();
          return std::size_t{0};
        },
        std::forward<Token>(token));
  }
  // void(Error, std::size_t)
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    const auto into = first_of<boost::asio::mutable_buffer>(buffers);
    return until_done<true>([this, into](Error& error) { return try_read(into, error); },
                            std::forward<Token>(token));
  }
  // void(Error, std::size_t)
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    const auto data = first_of<boost::asio::const_buffer>(buffers);
    return until_done<true>([this, data](Error& error) { return try_write(data, error); },
                            std::forward<Token>(token));
  }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  struct Transport;  // how OpenSSL reaches the socket

  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it)
      if (Buffer(*it).size() > 0) return *it;
    return {};
  }

  // Tries, and waits for the socket as long as there is a need to.
  template <bool kSized, class Try, class Token>
  auto until_done(Try attempt, Token&& token) {
    namespace asio = boost::asio;
    using Signature = std::conditional_t<kSized, void(Error, std::size_t), void(Error)>;
    enum class Step { kBegin, kWaited, kDone };
    return asio::async_compose<Token, Signature>(
        [this, attempt, step = Step::kBegin, result = Error(), size = std::size_t{0}](
            auto& self, Error failed = {}) mutable {
          if (failed) {
            result = failed;
          } else if (step != Step::kDone) {
            size = attempt(result);
            if (result == asio::error::would_block) {
              step = Step::kWaited;
              return socket_.async_wait(wanted_, std::move(self));
            }
            // Whoever began it is not to be called back from within.
            if (std::exchange(step, Step::kDone) == Step::kBegin)
              return asio::post(socket_.get_executor(), std::move(self));
          }
          if constexpr (kSized)
            self.complete(result, size);
          else
            self.complete(result);
        },
        token, socket_);
  }

  std::size_t try_read(boost::asio::mutable_buffer into, Error& error);
  std::size_t try_write(boost::asio::const_buffer data, Error& error);
  Error try_handshake();
  Error try_shutdown();
  // What comes of a call of OpenSSL; would_block: it is to be made again when the socket is as
  // wanted_ says.
  template <class... Args>
  Error outcome_of(int (*call)(SSL*, Args...), std::type_identity_t<Args>... args);

  next_layer_type socket_;
  std::unique_ptr<SSL, Free> ssl_;
  boost::asio::socket_base::wait_type wanted_ = boost::asio::socket_base::wait_read;
  bool drained_ = false;  // the last read took all there was
};

}  // namespace kubus::http
