// The frames of SPDY/3.1 as plain data.
//
// Thread safety: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "kubus/http/message.h"

namespace kubus::kubelet::spdy {

inline constexpr std::uint16_t kVersion = 3;
inline constexpr std::size_t kFrameHead = 8;
inline constexpr std::uint32_t kInitialWindow = 64 * 1024;
inline constexpr std::uint32_t kMaxWindow = 0x7fff'ffff;
// What a control frame and its header block, inflated, may measure, and how many headers it has.
inline constexpr std::size_t kMaxControlFrame = 64 * 1024;
inline constexpr std::size_t kMaxHeaderBlock = 16 * 1024;
inline constexpr std::size_t kMaxHeaders = 64;

enum class FrameType : std::uint16_t {
  kSynStream = 1,
  kSynReply = 2,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7,
  kHeaders = 8,
  kWindowUpdate = 9,
};

// Why a stream is ended before its time.
enum class Reset : std::uint32_t {
  kProtocolError = 1,
  kInvalidStream = 2,
  kRefusedStream = 3,
  kUnsupportedVersion = 4,
  kCancel = 5,
  kInternalError = 6,
  kFlowControlError = 7,
};

enum class Leave : std::uint32_t { kOk = 0, kProtocolError = 1, kInternalError = 2 };

inline constexpr std::uint32_t kSettingInitialWindow = 7;

// Unset: the block broke a rule that concerns its stream alone.
using HeaderBlock = std::optional<http::Headers>;

struct SynStream {
  std::uint32_t stream = 0;
  std::uint32_t associated = 0;
  std::uint8_t priority = 0;  // 0 (first) to 7
  bool fin = false;
  bool unidirectional = false;
  HeaderBlock headers;
};
struct SynReply {
  std::uint32_t stream = 0;
  bool fin = false;
  HeaderBlock headers;
};
struct HeadersFrame {
  std::uint32_t stream = 0;
  bool fin = false;
  HeaderBlock headers;
};
struct RstStream {
  std::uint32_t stream = 0;
  std::uint32_t status = 0;
};
struct Setting {
  std::uint8_t flags = 0;
  std::uint32_t id = 0;
  std::uint32_t value = 0;
};
struct Settings {
  bool clear = false;  // those the peer has kept of earlier sessions
  std::vector<Setting> entries;
};
struct Ping {
  std::uint32_t id = 0;
};
struct GoAway {
  std::uint32_t last_stream = 0;
  std::uint32_t status = 0;
};
struct WindowUpdate {
  std::uint32_t stream = 0;  // 0: the session
  std::uint32_t delta = 0;
};
// Decoded, it is a piece of such a frame: `fin` comes with the last one.
struct Data {
  std::uint32_t stream = 0;
  bool fin = false;
  std::string_view payload;
};

using Frame = std::variant<SynStream, SynReply, HeadersFrame, RstStream, Settings, Ping, GoAway,
                           WindowUpdate, Data>;

}  // namespace kubus::kubelet::spdy
