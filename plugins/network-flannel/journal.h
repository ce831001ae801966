// The text form of the lease file: one record a line, each with a checksum of its own.
//
// Thread safety: pure functions; the file functions touch only the descriptor they are given.
//
//   <8 hex digits of CRC-32> take 10.244.0.2 <sandbox> <ports>
//   <8 hex digits of CRC-32> free 10.244.0.2
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "lease.h"

namespace kubus::flannel {

struct Record {
  bool take = false;
  Lease lease;  // only the address when it is a release
};

std::string encode_take(const Lease& lease);
std::string encode_free(Ipv4 address);
// None for a damaged or unknown line (given without its newline).
std::optional<Record> decode_record(std::string_view line);

// What can stand in a record and in a file name: letters, digits, '.', '_' and '-', up to 128.
bool valid_sandbox_id(std::string_view id);

// All of `fd` from `offset` on.
Result<std::string> read_from(int fd, off_t offset);
Status write_all(int fd, std::string_view text);
// "what: the system's message" as kInternalError.
Status system_error(const std::string& what);

}  // namespace kubus::flannel
