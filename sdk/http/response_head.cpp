#include "response_head.h"

#include <ctime>

namespace kubus::http {

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  const auto size = std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {text, size};
}

std::string switching_protocols(const Headers& headers) {
  std::string head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n";
  for (const auto& [name, value] : headers.fields())
    head.append(name).append(": ").append(value).append("\r\n");
  return head + "\r\n";
}

std::string response_head(const Response& response, bool keep_alive) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(reason_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers.fields())
    head.append(name).append(": ").append(value).append("\r\n");
  head.append("Date: ").append(http_date()).append("\r\n");
  if (!keep_alive) head.append("Connection: close\r\n");
  return head;
}

}  // namespace kubus::http
