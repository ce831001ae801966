#include <algorithm>

#include "spdy_bytes.h"
#include "spdy_codec.h"

namespace kubus::kubelet::spdy {
namespace {

constexpr std::uint8_t kFin = 1;
constexpr std::uint8_t kUnidirectional = 2;
constexpr std::uint8_t kClearSettings = 1;
constexpr std::uint32_t kIdMask = 0x7fff'ffff;

Status broken(std::string what) { return {Code::kBadRequest, std::move(what)}; }

Settings read_settings(std::uint8_t flags, std::string_view entries) {
  Settings settings;
  settings.clear = (flags & kClearSettings) != 0;
  for (; !entries.empty(); entries.remove_prefix(8)) {
    const std::uint32_t head = get32(entries);
    settings.entries.push_back(
        {static_cast<std::uint8_t>(head >> 24), head & 0xff'ffff, get32(entries.substr(4))});
  }
  return settings;
}

}  // namespace

void FrameReader::feed(std::string_view bytes) {
  buffer_.erase(0, std::exchange(taken_, 0));
  buffer_.append(bytes);
}

FrameReader::Decoded FrameReader::next() {
  for (;;) {
    if (data_stream_ != 0) return data_piece();
    auto rest = unread();
    if (rest.size() < kFrameHead) return std::optional<Frame>();
    const std::uint32_t first = get32(rest);
    const std::uint32_t second = get32(rest.substr(4));
    const auto flags = static_cast<std::uint8_t>(second >> 24);
    const std::size_t length = second & 0xff'ffff;
    if ((first & ~kIdMask) == 0) {
      if (first == 0) return broken("a data frame of stream 0");
      taken_ += kFrameHead;
      data_stream_ = first;
      data_left_ = length;
      data_fin_ = (flags & kFin) != 0;
      continue;
    }
    if (const auto version = first >> 16 & 0x7fff; version != kVersion)
      return broken("frame of version " + std::to_string(version));
    if (length > kMaxControlFrame) return broken("a control frame is too large");
    if (rest.size() < kFrameHead + length) return std::optional<Frame>();
    taken_ += kFrameHead + length;
    auto frame = control(static_cast<std::uint16_t>(first), flags, rest.substr(kFrameHead, length));
    if (!frame.ok() || frame->has_value()) return frame;
  }
}

FrameReader::Decoded FrameReader::data_piece() {
  const auto piece = unread().substr(0, data_left_);
  if (piece.empty() && data_left_ > 0) return std::optional<Frame>();
  taken_ += piece.size();
  data_left_ -= piece.size();
  Data data{data_stream_, data_fin_ && data_left_ == 0, piece};
  if (data_left_ == 0) data_stream_ = 0;
  return std::optional<Frame>(data);
}

FrameReader::Decoded FrameReader::control(std::uint16_t type, std::uint8_t flags,
                                          std::string_view body) {
  const auto wrong_size = [] { return broken("a control frame of the wrong size"); };
  const auto id = [&](std::size_t at) { return get32(body.substr(at)) & kIdMask; };
  const bool fin = (flags & kFin) != 0;
  switch (static_cast<FrameType>(type)) {
    case FrameType::kSynStream: {
      if (body.size() < 10) return wrong_size();
      auto headers = inflater_.inflate(body.substr(10));
      if (!headers.ok()) return headers.status();
      SynStream frame;
      frame.stream = id(0);
      frame.associated = id(4);
      frame.priority = static_cast<std::uint8_t>(body[8]) >> 5;
      frame.fin = fin;
      frame.unidirectional = (flags & kUnidirectional) != 0;
      frame.headers = std::move(*headers);
      return std::optional<Frame>(std::move(frame));
    }
    case FrameType::kSynReply:
    case FrameType::kHeaders: {
      if (body.size() < 4) return wrong_size();
      auto headers = inflater_.inflate(body.substr(4));
      if (!headers.ok()) return headers.status();
      if (type == static_cast<std::uint16_t>(FrameType::kSynReply))
        return std::optional<Frame>(SynReply{id(0), fin, std::move(*headers)});
      return std::optional<Frame>(HeadersFrame{id(0), fin, std::move(*headers)});
    }
    case FrameType::kRstStream:
      if (body.size() != 8) return wrong_size();
      return std::optional<Frame>(RstStream{id(0), get32(body.substr(4))});
    case FrameType::kSettings:
      if (body.size() < 4 || (body.size() - 4) % 8 != 0 || get32(body) != (body.size() - 4) / 8)
        return wrong_size();
      return std::optional<Frame>(read_settings(flags, body.substr(4)));
    case FrameType::kPing:
      if (body.size() != 4) return wrong_size();
      return std::optional<Frame>(Ping{get32(body)});
    case FrameType::kGoAway:
      if (body.size() != 8) return wrong_size();
      return std::optional<Frame>(GoAway{id(0), get32(body.substr(4))});
    case FrameType::kWindowUpdate:
      if (body.size() != 8) return wrong_size();
      return std::optional<Frame>(WindowUpdate{id(0), id(4)});
  }
  return std::optional<Frame>();
}

}  // namespace kubus::kubelet::spdy
