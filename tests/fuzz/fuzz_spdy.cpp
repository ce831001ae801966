// What a client may send on a SPDY connection, to a whole port-forward session: what comes back
// must be sound SPDY, and nothing may be left when the client has gone. The input is taken as
// frames, and once more as the content of a header block.
#include <zlib.h>

#include <boost/asio/io_context.hpp>

#include "memory_transport.h"
#include "streaming/port_forward_spdy.h"
#include "streaming/spdy_bytes.h"
#include "streaming/spdy_codec.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

using namespace kubelet;
namespace test = kubus::testing;

class NoPort final : public PortDialer {
 public:
  const std::string& pod() const override { return pod_; }
  boost::asio::awaitable<Dialled> dial(int) override { co_return Dialled{nullptr, "closed"}; }

 private:
  const std::string pod_ = "pod";
};

void turn(boost::asio::io_context& io, test::MemoryWire& wire) {
  do {
    test::MemoryTransport::turn(io, wire);
    io.restart();
  } while (io.poll() > 0);
}

void talk(std::string_view bytes) {
  boost::asio::io_context io;
  const auto wire = std::make_shared<test::MemoryWire>();
  const std::shared_ptr<PortDialer> dialer = std::make_shared<NoPort>();
  serve_port_forward_spdy(std::make_unique<test::MemoryTransport>(io, wire), dialer);
  const auto half = bytes.size() / 2;
  for (const auto part : {bytes.substr(0, half), bytes.substr(half)}) {
    wire->to_server.append(part);
    turn(io, *wire);
  }
  wire->client_ended = true;
  turn(io, *wire);
  require(wire->server_closed, "the session goes on without its client");
  require(dialer.use_count() == 1, "something of the session is left");
  spdy::FrameReader reader;
  reader.feed(wire->to_client);
  for (;;) {
    const auto frame = reader.next();
    require(frame.ok(), "an answer that is not SPDY");
    if (!frame->has_value()) break;
  }
}

std::string deflated(std::string_view plain) {
  z_stream zlib{};
  ::deflateInit(&zlib, Z_BEST_SPEED);
  const auto words = spdy::dictionary();
  ::deflateSetDictionary(&zlib, reinterpret_cast<const Bytef*>(words.data()),
                         static_cast<uInt>(words.size()));
  std::string out(::deflateBound(&zlib, plain.size()) + 16, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  zlib.avail_in = static_cast<uInt>(plain.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  ::deflate(&zlib, Z_SYNC_FLUSH);
  out.resize(out.size() - zlib.avail_out);
  ::deflateEnd(&zlib);
  return out;
}

std::string opening(std::string_view block) {
  std::string frame("\x80\x03\x00\x01", 4);
  spdy::put32(frame, static_cast<std::uint32_t>(block.size() + 10) & 0xff'ffff);
  spdy::put32(frame, 1);
  spdy::put32(frame, 0);
  return frame.append(2, '\0').append(block);
}

http::Headers headers(const char* type, const char* request) {
  http::Headers made;
  made.add("streamtype", type);
  made.add("port", "8080");
  made.add("requestid", request);
  return made;
}

}  // namespace

void run(std::string_view input) {
  talk(input);
  talk(opening(deflated(input)));
}

std::vector<std::string> seeds() {
  spdy::FrameWriter writer;
  std::string pair, control;
  std::uint32_t id = 1;
  for (const char* type : {"error", "data"}) {
    spdy::SynStream syn;
    syn.stream = std::exchange(id, id + 2);
    syn.headers = headers(type, "0");
    pair += writer.encode(syn);
  }
  pair += writer.encode(spdy::Data{1, true, ""});
  pair += writer.encode(spdy::Data{3, false, "GET / HTTP/1.1\r\n\r\n"});
  pair += writer.encode(spdy::HeadersFrame{3, true, headers("data", "0")});
  spdy::FrameWriter other;
  for (const spdy::Frame& frame :
       {spdy::Frame(spdy::Ping{1}), spdy::Frame(spdy::WindowUpdate{0, 65536}),
        spdy::Frame(spdy::Settings{false, {{0, 7, 65536}, {1, 4, 100}}}),
        spdy::Frame(spdy::RstStream{1, 5}),
        spdy::Frame(spdy::SynReply{1, false, headers("a", "b")}), spdy::Frame(spdy::GoAway{1, 0})})
    control += other.encode(frame);
  std::string block;
  spdy::put32(block, 1);
  for (const char* text : {"port", "80"}) {
    spdy::put32(block, static_cast<std::uint32_t>(std::string_view(text).size()));
    block += text;
  }
  return {pair, control, pair + control, block};
}

}  // namespace kubus::fuzz
