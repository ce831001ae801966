#include "health_server.h"

#include <arpa/inet.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace kubus::kubelet::test {
namespace {

constexpr int kNotFound = 5;

nghttp2_nv header(const char* name, const std::string& value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), std::strlen(name),
          value.size(), NGHTTP2_NV_FLAG_NONE};
}

// The service's name in a gRPC frame of HealthCheckRequest.
std::string service_in(const std::string& frame) {
  if (frame.size() < 7) return "";
  return frame.substr(7, static_cast<std::uint8_t>(frame[6]));
}

struct Connection {
  const std::map<std::string, HealthServer::Answer>& answers;
  nghttp2_session* session = nullptr;
  std::string request, path;
  std::string reply;
  std::size_t sent = 0;
  HealthServer::Answer answer;

  static ssize_t read_reply(nghttp2_session* session, std::int32_t stream, std::uint8_t* out,
                            std::size_t room, std::uint32_t* flags, nghttp2_data_source* source,
                            void*) {
    auto& self = *static_cast<Connection*>(source->ptr);
    const std::size_t take = std::min(room, self.reply.size() - self.sent);
    std::memcpy(out, self.reply.data() + self.sent, take);
    self.sent += take;
    if (self.sent == self.reply.size()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const std::string status = std::to_string(self.answer.grpc_status);
      const nghttp2_nv trailers[] = {header("grpc-status", status),
                                     header("grpc-message", self.answer.grpc_message)};
      nghttp2_submit_trailer(session, stream, trailers, std::size(trailers));
    }
    return static_cast<ssize_t>(take);
  }

  void respond(std::int32_t stream) {
    const auto it = answers.find(service_in(request));
    answer = it == answers.end() ? HealthServer::Answer{kNotFound, "unknown service", 0, false}
                                 : it->second;
    if (path != "/grpc.health.v1.Health/Check") answer = {12, "unknown method", 0, false};
    if (answer.silent) return;
    if (answer.grpc_status == 0) reply = std::string("\0\0\0\0\2\x08", 6) + char(answer.serving);
    const std::string ok = "200", type = "application/grpc";
    const nghttp2_nv headers[] = {header(":status", ok), header("content-type", type)};
    nghttp2_data_provider provider{};
    provider.source.ptr = this;
    provider.read_callback = &Connection::read_reply;
    nghttp2_submit_response(session, stream, headers, std::size(headers), &provider);
  }
};

nghttp2_session* make_session(Connection& connection) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks,
      [](nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name, std::size_t name_length,
         const std::uint8_t* value, std::size_t length, std::uint8_t, void* user) {
        if (std::string_view(reinterpret_cast<const char*>(name), name_length) == ":path")
          static_cast<Connection*>(user)->path.assign(reinterpret_cast<const char*>(value), length);
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t, const std::uint8_t* data,
                    std::size_t length, void* user) {
        static_cast<Connection*>(user)->request.append(reinterpret_cast<const char*>(data), length);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        if (frame->hd.type == NGHTTP2_DATA && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM))
          static_cast<Connection*>(user)->respond(frame->hd.stream_id);
        return 0;
      });
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new(&session, callbacks, &connection);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  return session;
}

}  // namespace

HealthServer::HealthServer(std::map<std::string, Answer> answers) : answers_(std::move(answers)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, generic, &length) != 0 || ::pipe(stop_) != 0)
    throw std::runtime_error("the health server cannot listen");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HealthServer::~HealthServer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

void HealthServer::serve() {
  for (;;) {
    pollfd ready[] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(ready, 2, -1) < 0 || ready[1].revents != 0) return;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    serve_one(connection);
    ::close(connection);
  }
}

void HealthServer::serve_one(int fd) {
  Connection connection{answers_, nullptr, {}, {}, {}, 0, {}};
  connection.session = make_session(connection);
  for (;;) {
    const std::uint8_t* out = nullptr;
    ssize_t length = 0;
    while ((length = nghttp2_session_mem_send(connection.session, &out)) > 0)
      if (::send(fd, out, static_cast<std::size_t>(length), MSG_NOSIGNAL) != length) break;
    pollfd ready[] = {{fd, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(ready, 2, -1) < 0 || ready[1].revents != 0) break;
    std::uint8_t buffer[4096];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    if (nghttp2_session_mem_recv(connection.session, buffer, static_cast<std::size_t>(got)) < 0)
      break;
  }
  nghttp2_session_del(connection.session);
}

}  // namespace kubus::kubelet::test
