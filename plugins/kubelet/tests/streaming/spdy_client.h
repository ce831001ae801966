// A small SPDY client for tests, at the far end of a MemoryWire.
//
// Thread safety: none.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "streaming/spdy_codec.h"
#include "wire.h"

namespace kubus::kubelet::test {

class SpdyClient {
 public:
  explicit SpdyClient(boost::asio::io_context& io) : io_(io) {}
  ~SpdyClient() { MemoryTransport::cut(io_, *wire); }

  std::shared_ptr<MemoryWire> wire = std::make_shared<MemoryWire>();
  // What has come back, in order; data of one stream in a row is joined.
  std::vector<spdy::Frame> frames;
  std::map<std::uint32_t, std::string> data;  // by stream
  std::set<std::uint32_t> ended, replied;
  std::map<std::uint32_t, std::uint32_t> resets;

  std::unique_ptr<http::ByteStream> transport() {
    return std::make_unique<MemoryTransport>(io_, wire);
  }
  void send_raw(std::string_view bytes) {
    wire->to_server.append(bytes);
    turn();
  }
  void send(const spdy::Frame& frame) { send_raw(writer_.encode(frame)); }
  void open(std::uint32_t stream, std::vector<std::pair<std::string, std::string>> headers,
            bool fin = false) {
    spdy::SynStream syn;
    syn.stream = stream;
    syn.fin = fin;
    syn.headers.emplace();
    for (auto& [name, value] : headers) syn.headers->add(name, value);
    send(syn);
  }
  void send_data(std::uint32_t stream, std::string_view payload, bool fin = false) {
    send(spdy::Data{stream, fin, payload});
  }
  void end() {
    wire->client_ended = true;
    turn();
  }
  // Runs until nothing more happens, and takes in what came.
  void turn() {
    do {
      MemoryTransport::turn(io_, *wire);
      io_.restart();
      io_.poll();
      if (reading) read();
    } while (io_.poll() > 0);
  }
  bool reading = true;

 private:
  void read() {
    reader_.feed(std::exchange(wire->to_client, {}));
    for (;;) {
      auto frame = reader_.next();
      ASSERT_TRUE(frame.ok()) << frame.status().to_string();
      if (!frame->has_value()) break;
      take(std::move(**frame));
    }
    MemoryTransport::turn(io_, *wire);
  }
  void take(spdy::Frame frame) {
    if (const auto* piece = std::get_if<spdy::Data>(&frame)) {
      data[piece->stream].append(piece->payload);
      if (piece->fin) ended.insert(piece->stream);
      return;
    }
    if (const auto* reply = std::get_if<spdy::SynReply>(&frame)) replied.insert(reply->stream);
    if (const auto* reset = std::get_if<spdy::RstStream>(&frame))
      resets[reset->stream] = reset->status;
    frames.push_back(std::move(frame));
  }

  boost::asio::io_context& io_;
  spdy::FrameReader reader_;
  spdy::FrameWriter writer_;
};

}  // namespace kubus::kubelet::test
