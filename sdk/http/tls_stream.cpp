#include "tls_stream.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/ssl/error.hpp>
#include <cerrno>
#include <new>

namespace kubus::http {
namespace asio = boost::asio;

// The socket is asked for its descriptor each time: once it is closed the number may be another's.
struct TlsStream::Transport {
  static int write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    const auto sent = ::send(of(bio).socket_.native_handle(), data, static_cast<std::size_t>(size),
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && is_for_now(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }
  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const auto got = ::recv(of(bio).socket_.native_handle(), into, static_cast<std::size_t>(size),
                            MSG_DONTWAIT);
    of(bio).drained_ = got != size;
    if (got < 0 && is_for_now(errno)) BIO_set_retry_read(bio);
    return static_cast<int>(got);
  }
  static long control(BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      auto* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kubus socket");
      if (!method) throw std::bad_alloc();
      BIO_meth_set_write(method, write);
      BIO_meth_set_read(method, read);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    return made;
  }

 private:
  static TlsStream& of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }
  static bool is_for_now(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
  }
};

TlsStream::TlsStream(next_layer_type socket, asio::ssl::context& context)
    : socket_(std::move(socket)), ssl_(SSL_new(context.native_handle())) {
  auto* bio = BIO_new(Transport::method());
  if (!ssl_ || !bio) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                               SSL_MODE_RELEASE_BUFFERS);
  // One call of recv for a record in place of two.
  SSL_set_read_ahead(ssl_.get(), 1);
}

template <class... Args>
TlsStream::Error TlsStream::outcome_of(int (*call)(SSL*, Args...),
                                       std::type_identity_t<Args>... args) {
  // What others left behind would be taken for this call's.
  ERR_clear_error();
  errno = 0;
  const int result = call(ssl_.get(), args...);
  if (result > 0) return {};
  const int reason = SSL_get_error(ssl_.get(), result);
  const auto error = ERR_get_error();
  switch (reason) {
    case SSL_ERROR_WANT_READ:
      wanted_ = asio::socket_base::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wanted_ = asio::socket_base::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SYSCALL:
      if (errno != 0) return Error(errno, asio::error::get_system_category());
      return asio::ssl::error::stream_truncated;
    default:
      if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return asio::ssl::error::stream_truncated;
      return Error(static_cast<int>(error), asio::error::get_ssl_category());
  }
}

std::size_t TlsStream::try_read(asio::mutable_buffer into, Error& error) {
  error = {};
  if (into.size() == 0) return 0;
  if (std::exchange(drained_, false) && !SSL_has_pending(ssl_.get())) {
    wanted_ = asio::socket_base::wait_read;
    error = asio::error::would_block;
    return 0;
  }
  std::size_t size = 0;
  error = outcome_of(SSL_read_ex, into.data(), into.size(), &size);
  return size;
}

std::size_t TlsStream::try_write(asio::const_buffer data, Error& error) {
  error = {};
  if (data.size() == 0) return 0;
  std::size_t size = 0;
  error = outcome_of(SSL_write_ex, data.data(), data.size(), &size);
  return size;
}

std::size_t TlsStream::write_now(std::string_view data, Error& error) {
  error = {};
  std::size_t sent = 0;
  while (!error && sent < data.size())
    sent += try_write(asio::buffer(data.data() + sent, data.size() - sent), error);
  return sent;
}

TlsStream::Error TlsStream::try_handshake() { return outcome_of(SSL_do_handshake); }

TlsStream::Error TlsStream::try_shutdown() {
  // The first call sends ours, the second reads what the other side says.
  if (!(SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN)) {
    ERR_clear_error();
    if (SSL_shutdown(ssl_.get()) == 1) return {};
  }
  return outcome_of(SSL_shutdown);
}

}  // namespace kubus::http
