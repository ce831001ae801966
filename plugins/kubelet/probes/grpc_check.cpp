#include <arpa/inet.h>
#include <fcntl.h>
#include <google/protobuf/unknown_field_set.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

#include "prober.h"

namespace kubus::kubelet {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestReply = 64 * 1024;
constexpr std::size_t kPrefix = 5;  // of a gRPC message: compressed or not, and its length
constexpr int kDeadlineExceeded = 4;
constexpr int kUnimplemented = 12;

std::string go_duration(std::chrono::seconds timeout) {
  return std::to_string(timeout.count()) + "s";
}

class Socket {
 public:
  explicit Socket(Clock::time_point deadline) : deadline_(deadline) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Errors of all three are numbers of errno; ETIMEDOUT past the deadline.
  int connect(const std::string& host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return EINVAL;
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd_ < 0) return errno;
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    if (const int failed = wait(POLLOUT)) return failed;
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
  }
  int write(const std::uint8_t* data, std::size_t length) {
    while (length > 0) {
      const ssize_t sent = ::send(fd_, data, length, MSG_NOSIGNAL);
      if (sent >= 0) {
        data += sent;
        length -= static_cast<std::size_t>(sent);
      } else if (errno == EAGAIN) {
        if (const int failed = wait(POLLOUT)) return failed;
      } else if (errno != EINTR) {
        return errno;
      }
    }
    return 0;
  }
  // `length` 0: the peer closed.
  int read(std::uint8_t* data, std::size_t room, std::size_t& length) {
    for (;;) {
      const ssize_t got = ::recv(fd_, data, room, 0);
      if (got >= 0) {
        length = static_cast<std::size_t>(got);
        return 0;
      }
      if (errno == EAGAIN) {
        if (const int failed = wait(POLLIN)) return failed;
      } else if (errno != EINTR) {
        return errno;
      }
    }
  }

 private:
  int wait(short events) {
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) return ETIMEDOUT;
      pollfd entry{fd_, events, 0};
      const int ready = ::poll(&entry, 1, static_cast<int>(left));
      if (ready > 0) return 0;
      if (ready < 0 && errno != EINTR) return errno;
    }
  }

  const Clock::time_point deadline_;
  int fd_ = -1;
};

// One request on one HTTP/2 connection.
class Call {
 public:
  Call(std::string body, std::string authority, std::chrono::seconds timeout)
      : body_(std::move(body)),
        authority_(std::move(authority)),
        timeout_(std::to_string(timeout.count()) + "S") {}
  ~Call() { nghttp2_session_del(session_); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // 0, an errno, or EPROTO for what is not HTTP/2.
  int run(Socket& socket) {
    if (!open()) return EPROTO;
    std::array<std::uint8_t, 8192> buffer{};
    while (!closed_) {
      if (const int failed = flush(socket)) return failed;
      if (closed_) break;
      std::size_t length = 0;
      if (const int failed = socket.read(buffer.data(), buffer.size(), length)) return failed;
      if (length == 0) return ECONNRESET;
      if (nghttp2_session_mem_recv(session_, buffer.data(), length) < 0) return EPROTO;
    }
    return 0;
  }
  // Of the reply; unset when the server gave none.
  std::optional<int> grpc_status() const { return status_; }
  const std::string& grpc_message() const { return message_; }
  const std::string& http_status() const { return http_status_; }
  const std::string& reply() const { return reply_; }

 private:
  static nghttp2_nv header(const char* name, const std::string& value) {
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), std::strlen(name),
            value.size(), NGHTTP2_NV_FLAG_NONE};
  }

  bool open() {
    nghttp2_session_callbacks* callbacks = nullptr;
    if (nghttp2_session_callbacks_new(&callbacks) != 0) return false;
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &Call::on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Call::on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Call::on_close);
    const int made = nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    if (made != 0) return false;
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    static const std::string kPost = "POST", kHttp = "http", kPath = "/grpc.health.v1.Health/Check",
                             kType = "application/grpc", kTrailers = "trailers",
                             kAgent = "kube-probe/1.35";
    const nghttp2_nv headers[] = {header(":method", kPost),      header(":scheme", kHttp),
                                  header(":path", kPath),        header(":authority", authority_),
                                  header("content-type", kType), header("user-agent", kAgent),
                                  header("te", kTrailers),       header("grpc-timeout", timeout_)};
    nghttp2_data_provider provider{};
    provider.source.ptr = this;
    provider.read_callback = &Call::read_body;
    return nghttp2_submit_request(session_, nullptr, headers, std::size(headers), &provider,
                                  nullptr) > 0;
  }

  int flush(Socket& socket) {
    for (;;) {
      const std::uint8_t* data = nullptr;
      const ssize_t length = nghttp2_session_mem_send(session_, &data);
      if (length < 0) return EPROTO;
      if (length == 0) return 0;
      if (const int failed = socket.write(data, static_cast<std::size_t>(length))) return failed;
    }
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t room,
                           std::uint32_t* flags, nghttp2_data_source* source, void*) {
    Call& self = *static_cast<Call*>(source->ptr);
    const std::size_t take = std::min(room, self.body_.size() - self.sent_);
    std::memcpy(out, self.body_.data() + self.sent_, take);
    self.sent_ += take;
    if (self.sent_ == self.body_.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(take);
  }
  static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                       std::size_t name_length, const std::uint8_t* value, std::size_t value_length,
                       std::uint8_t, void* user) {
    Call& self = *static_cast<Call*>(user);
    const std::string_view key(reinterpret_cast<const char*>(name), name_length);
    const std::string_view text(reinterpret_cast<const char*>(value), value_length);
    if (key == ":status") self.http_status_ = text;
    if (key == "grpc-message") self.message_ = text;
    if (key == "grpc-status") {
      int number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      self.status_ = number;
    }
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data,
                     std::size_t length, void* user) {
    Call& self = *static_cast<Call*>(user);
    if (self.reply_.size() + length > kLongestReply) return NGHTTP2_ERR_CALLBACK_FAILURE;
    self.reply_.append(reinterpret_cast<const char*>(data), length);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t, std::uint32_t, void* user) {
    static_cast<Call*>(user)->closed_ = true;
    return 0;
  }

  const std::string body_, authority_, timeout_;
  std::size_t sent_ = 0;
  nghttp2_session* session_ = nullptr;
  std::optional<int> status_;
  std::string http_status_, message_, reply_;
  bool closed_ = false;
};

// HealthCheckRequest{service} in a gRPC frame.
std::string request_body(const std::string& service) {
  google::protobuf::UnknownFieldSet fields;
  if (!service.empty()) fields.AddLengthDelimited(1, service);
  std::string message;
  fields.SerializeToString(&message);
  std::string frame(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8)
    frame += static_cast<char>(message.size() >> shift & 0xff);
  return frame + message;
}

// HealthCheckResponse.status of a gRPC frame; unset for bytes that are none.
std::optional<std::uint64_t> serving_status(const std::string& frame) {
  if (frame.size() < kPrefix || frame[0] != 0) return std::nullopt;
  google::protobuf::UnknownFieldSet fields;
  if (!fields.ParseFromString(frame.substr(kPrefix))) return std::nullopt;
  std::uint64_t status = 0;
  for (int i = 0; i < fields.field_count(); ++i)
    if (fields.field(i).number() == 1 &&
        fields.field(i).type() == google::protobuf::UnknownField::TYPE_VARINT)
      status = fields.field(i).varint();
  return status;
}

ProbeResult judge(const Call& call, std::chrono::seconds timeout) {
  if (!call.grpc_status())
    return ProbeResult::failure("error: health rpc probe failed: unexpected HTTP status code " +
                                call.http_status());
  if (*call.grpc_status() == kUnimplemented)
    return ProbeResult::failure(
        "error: this server does not implement the grpc health protocol "
        "(grpc.health.v1.Health): " +
        call.grpc_message());
  if (*call.grpc_status() == kDeadlineExceeded)
    return ProbeResult::failure("timeout: health rpc did not complete within " +
                                go_duration(timeout));
  if (*call.grpc_status() != 0)
    return ProbeResult::failure("error: health rpc probe failed: " + call.grpc_message());
  static constexpr const char* kNames[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  const auto status = serving_status(call.reply());
  if (!status) return ProbeResult::failure("error: health rpc probe failed: malformed reply");
  if (*status == 1) return {};
  const std::string name = *status < std::size(kNames) ? kNames[*status] : std::to_string(*status);
  return ProbeResult::failure("service unhealthy (responded with \"" + name + "\")");
}

}  // namespace

ProbeResult grpc_check(const std::string& service, const std::string& host, int port,
                       std::chrono::seconds timeout) {
  const std::string address = host + ":" + std::to_string(port);
  Socket socket(Clock::now() + timeout);
  if (const int failed = socket.connect(host, port)) {
    if (failed == ETIMEDOUT)
      return ProbeResult::failure("timeout: failed to connect service \"" + address + "\" within " +
                                  go_duration(timeout) + ": context deadline exceeded");
    return ProbeResult::failure("error: failed to connect service at \"" + address +
                                "\": " + std::strerror(failed));
  }
  Call call(request_body(service), address, timeout);
  if (const int failed = call.run(socket)) {
    if (failed == ETIMEDOUT)
      return ProbeResult::failure("timeout: health rpc did not complete within " +
                                  go_duration(timeout));
    return ProbeResult::failure(std::string("error: health rpc probe failed: ") +
                                std::strerror(failed));
  }
  return judge(call, timeout);
}

}  // namespace kubus::kubelet
