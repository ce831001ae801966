#include "http_get.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace kubus::integration {
namespace {

constexpr std::size_t kLongestAnswer = 1 << 20;

HttpAnswer failed(const char* what) { return {0, std::string(what) + ": " + std::strerror(errno)}; }

HttpAnswer converse(int fd, const sockaddr_in& to, const std::string& request) {
  const timeval patience{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return failed("connect");
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return failed("send");
  std::string answer;
  char buffer[4096];
  ssize_t got = 0;
  while (answer.size() < kLongestAnswer && (got = ::recv(fd, buffer, sizeof buffer, 0)) > 0)
    answer.append(buffer, static_cast<std::size_t>(got));
  if (got < 0) return failed("receive");
  HttpAnswer result;
  if (std::sscanf(answer.c_str(), "HTTP/%*d.%*d %d", &result.status) != 1)
    return {0, "not an HTTP answer: " + answer};
  const auto body = answer.find("\r\n\r\n");
  if (body != std::string::npos) result.body = answer.substr(body + 4);
  return result;
}

}  // namespace

HttpAnswer http_get(const std::string& address, int port, const std::string& path) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1)
    return {0, "not an address: " + address};
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed("socket");
  auto result = converse(fd, to, "GET " + path + " HTTP/1.0\r\nHost: " + address + "\r\n\r\n");
  ::close(fd);
  return result;
}

}  // namespace kubus::integration
