// Messages as any peer may send them to a socket of the bus: parts of any number and content. The
// input is the parts, each behind two bytes of length. A sound message sent after them must arrive:
// nothing of a malformed one may be left in the socket.
#include <zmq.hpp>

#include "bus/socket.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

class Line {
 public:
  Line() : listener_(context_, bus::Socket::Kind::kRouter, count_), peer_(context_, ZMQ_DEALER) {
    require(listener_.bind("inproc://bus").ok(), "cannot bind");
    peer_.set(zmq::sockopt::linger, 0);
    peer_.connect("inproc://bus");
  }
  ~Line() { peer_.close(); }

  void send(const std::vector<std::string_view>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i)
      peer_.send(zmq::buffer(parts[i]),
                 i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }

  // Takes messages until the sound one with this id has come.
  void expect(std::uint64_t id) {
    for (;;) {
      std::string peer;
      frame::Header header;
      Bytes body;
      const auto received = listener_.receive(peer, header, body);
      require(received != bus::Socket::Received::kNone, "a sound message was lost");
      if (received == bus::Socket::Received::kFrame && header.service() == "fuzz" &&
          header.id() == id)
        return;
    }
  }

 private:
  zmq::context_t context_;
  std::atomic<std::size_t> count_{0};
  bus::Socket listener_;
  zmq::socket_t peer_;
};

std::string part(std::string_view content) {
  std::string out{static_cast<char>(content.size() >> 8), static_cast<char>(content.size())};
  return out + std::string(content);
}

std::vector<std::string_view> parts_of(std::string_view input) {
  std::vector<std::string_view> parts;
  while (input.size() >= 2 && parts.size() < 16) {
    const std::size_t length =
        static_cast<unsigned char>(input[0]) * 256 + static_cast<unsigned char>(input[1]);
    parts.push_back(input.substr(2, length));
    input.remove_prefix(2 + parts.back().size());
  }
  return parts;
}

}  // namespace

void run(std::string_view input) {
  static Line line;
  static std::uint64_t id = 0;
  line.send(parts_of(input));
  frame::Header header;
  header.set_type(frame::Header::CALL);
  header.set_service("fuzz");
  header.set_id(++id);
  const std::string text = header.SerializeAsString();
  line.send({text, "body"});
  line.expect(id);
}

std::vector<std::string> seeds() {
  frame::Header header;
  header.set_type(frame::Header::STREAM_OPEN);
  header.set_id(7);
  header.set_service("storage.v1");
  header.set_method("Range");
  header.set_credit(16);
  const std::string text = part(header.SerializeAsString());
  return {text, text + part("body"), text + part("body") + part("more"), part(""), part("") + text};
}

}  // namespace kubus::fuzz
