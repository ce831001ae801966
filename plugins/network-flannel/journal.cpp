#include "journal.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace kubus::flannel {
namespace {

std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xffffffffu;
  for (const unsigned char byte : text) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

std::string seal(const std::string& body) {
  char checksum[16];
  std::snprintf(checksum, sizeof checksum, "%08x ", crc32(body));
  return checksum + body + "\n";
}

std::string_view next_word(std::string_view& text) {
  const auto end = text.find(' ');
  const auto word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

}  // namespace

std::string encode_take(const Lease& lease) {
  return seal("take " + lease.address.str() + " " + lease.sandbox + " " +
              format_ports(lease.ports));
}

std::string encode_free(Ipv4 address) { return seal("free " + address.str()); }

std::optional<Record> decode_record(std::string_view line) {
  char checksum[16];
  if (line.size() < 10 || line[8] != ' ') return std::nullopt;
  std::snprintf(checksum, sizeof checksum, "%08x", crc32(line.substr(9)));
  if (line.substr(0, 8) != checksum) return std::nullopt;
  line.remove_prefix(9);
  const auto verb = next_word(line);
  const auto address = Ipv4::parse(next_word(line));
  if (!address) return std::nullopt;
  Record record;
  record.lease.address = *address;
  if (verb == "free") return record;
  if (verb != "take") return std::nullopt;
  record.take = true;
  record.lease.sandbox = next_word(line);
  auto ports = parse_ports(next_word(line));
  if (!ports || !valid_sandbox_id(record.lease.sandbox)) return std::nullopt;
  record.lease.ports = std::move(*ports);
  return record;
}

bool valid_sandbox_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

Result<std::string> read_from(int fd, off_t offset) {
  std::string out;
  std::array<char, 65536> block;
  for (;;) {
    const ssize_t got =
        pread(fd, block.data(), block.size(), offset + static_cast<off_t>(out.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read");
    if (got == 0) return out;
    out.append(block.data(), static_cast<std::size_t>(got));
  }
}

Status write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return system_error("write");
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Status system_error(const std::string& what) {
  const int error = errno;
  return Status(Code::kInternalError, what + ": " + std::strerror(error));
}

}  // namespace kubus::flannel
