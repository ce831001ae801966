#include "spdy_bytes.h"
#include "spdy_codec.h"

namespace kubus::kubelet::spdy {
namespace {

std::string data_frame(const Data& frame) {
  std::string out;
  out.reserve(kFrameHead + frame.payload.size());
  put32(out, frame.stream);
  put32(out, static_cast<std::uint32_t>(frame.payload.size()) | (frame.fin ? 1U << 24 : 0));
  return out.append(frame.payload);
}

std::string control_frame(FrameType type, std::uint32_t flags, std::string_view body) {
  std::string out;
  out.reserve(kFrameHead + body.size());
  put16(out, 0x8000 | kVersion);
  put16(out, static_cast<std::uint16_t>(type));
  put32(out, flags << 24 | static_cast<std::uint32_t>(body.size()));
  return out.append(body);
}

std::string two_numbers(FrameType type, std::uint32_t first, std::uint32_t second) {
  std::string body;
  put32(body, first);
  put32(body, second);
  return control_frame(type, 0, body);
}

struct Encoder {
  HeaderDeflater& deflater;

  std::string headers(const HeaderBlock& block) const {
    return deflater.deflate(block ? *block : http::Headers());
  }
  std::string of_stream(FrameType type, std::uint32_t stream, bool fin,
                        const HeaderBlock& block) const {
    std::string body;
    put32(body, stream);
    return control_frame(type, fin ? 1 : 0, body + headers(block));
  }

  std::string operator()(const SynStream& frame) const {
    std::string body;
    put32(body, frame.stream);
    put32(body, frame.associated);
    put16(body, static_cast<std::uint16_t>(frame.priority << 13));
    return control_frame(FrameType::kSynStream,
                         (frame.fin ? 1U : 0U) | (frame.unidirectional ? 2U : 0U),
                         body + headers(frame.headers));
  }
  std::string operator()(const SynReply& frame) const {
    return of_stream(FrameType::kSynReply, frame.stream, frame.fin, frame.headers);
  }
  std::string operator()(const HeadersFrame& frame) const {
    return of_stream(FrameType::kHeaders, frame.stream, frame.fin, frame.headers);
  }
  std::string operator()(const RstStream& frame) const {
    return two_numbers(FrameType::kRstStream, frame.stream, frame.status);
  }
  std::string operator()(const Settings& frame) const {
    std::string body;
    put32(body, static_cast<std::uint32_t>(frame.entries.size()));
    for (const Setting& setting : frame.entries) {
      put32(body, static_cast<std::uint32_t>(setting.flags) << 24 | setting.id);
      put32(body, setting.value);
    }
    return control_frame(FrameType::kSettings, frame.clear ? 1 : 0, body);
  }
  std::string operator()(const Ping& frame) const {
    std::string body;
    put32(body, frame.id);
    return control_frame(FrameType::kPing, 0, body);
  }
  std::string operator()(const GoAway& frame) const {
    return two_numbers(FrameType::kGoAway, frame.last_stream, frame.status);
  }
  std::string operator()(const WindowUpdate& frame) const {
    return two_numbers(FrameType::kWindowUpdate, frame.stream, frame.delta);
  }
  std::string operator()(const Data& frame) const { return data_frame(frame); }
};

}  // namespace

std::string FrameWriter::encode(const Frame& frame) {
  return std::visit(Encoder{deflater_}, frame);
}

}  // namespace kubus::kubelet::spdy
