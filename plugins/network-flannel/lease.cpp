#include "lease.h"

#include <charconv>

namespace kubus::flannel {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool read_port(std::string_view text, std::uint16_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out != 0;
}

}  // namespace

bool HostPort::clashes_with(const HostPort& other) const {
  return protocol == other.protocol && host_port == other.host_port &&
         (host_ip == other.host_ip || host_ip == Ipv4{} || other.host_ip == Ipv4{});
}

std::string HostPort::str() const {
  return protocol + "/" + (host_ip == Ipv4{} ? "" : host_ip.str() + ":") +
         std::to_string(host_port);
}

std::string format_ports(const std::vector<HostPort>& ports) {
  std::string out;
  for (const auto& port : ports) {
    if (!out.empty()) out += ',';
    out += port.protocol + ":" + std::to_string(port.container_port) + ":" +
           std::to_string(port.host_port) + ":" + port.host_ip.str();
  }
  return out.empty() ? "-" : out;
}

std::optional<std::vector<HostPort>> parse_ports(std::string_view text) {
  std::vector<HostPort> ports;
  if (text == "-") return ports;
  for (const auto item : split(text, ',')) {
    const auto parts = split(item, ':');
    if (parts.size() != 4) return std::nullopt;
    HostPort port;
    port.protocol = parts[0];
    const auto host_ip = Ipv4::parse(parts[3]);
    if (!read_port(parts[1], port.container_port) || !read_port(parts[2], port.host_port) ||
        !host_ip)
      return std::nullopt;
    port.host_ip = *host_ip;
    ports.push_back(std::move(port));
  }
  return ports;
}

}  // namespace kubus::flannel
