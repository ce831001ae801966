// Big-endian numbers in byte strings.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kubus::kubelet::spdy {

inline void put16(std::string& out, std::uint16_t number) {
  out += static_cast<char>(number >> 8);
  out += static_cast<char>(number);
}

inline void put32(std::string& out, std::uint32_t number) {
  put16(out, static_cast<std::uint16_t>(number >> 16));
  put16(out, static_cast<std::uint16_t>(number));
}

// `bytes` is long enough.
inline std::uint32_t get32(std::string_view bytes) {
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

}  // namespace kubus::kubelet::spdy
