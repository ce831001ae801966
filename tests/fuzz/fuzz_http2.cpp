// What a client may send on an HTTP/2 connection, to a whole session of the server: what comes back
// must be sound frames, and nothing may be left when the client has gone. The input is taken as
// bytes, and once more as frames behind the preface of a client.
#include <nghttp2/nghttp2.h>

#include <deque>

#include "http2_client.h"
#include "http2_session.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

// Answers at once, by a stream, or not at all, as the path says.
class Answerer final : public http::Handler {
 public:
  void handle(std::shared_ptr<http::Exchange> exchange) override {
    const auto path = exchange->request().path();
    if (path == "/held") return held_.push_back(std::move(exchange));
    if (path == "/stream") {
      auto stream = exchange->stream({});
      stream->write({Bytes::copy("one"), Bytes::copy("two")});
      return streams_.push_back(std::move(stream));
    }
    http::Response response;
    response.body.push_back(Bytes(std::move(exchange->request().body)));
    exchange->respond(std::move(response));
  }
  http::Response failure(int status, std::string message) override {
    http::Response response;
    response.status = status;
    response.body.push_back(Bytes(std::move(message)));
    return response;
  }
  void finish_some() {
    for (auto& stream : std::exchange(streams_, {})) stream->finish();
    if (!held_.empty()) held_.pop_front();
  }

 private:
  std::deque<std::shared_ptr<http::Exchange>> held_;
  std::deque<std::shared_ptr<http::BodyStream>> streams_;
};

class Carrier final : public http::Http2Carrier {
 public:
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void forward(std::shared_ptr<http::Http2Stream>, http::Upstream) override {}
  void run() {
    for (; !tasks_.empty(); tasks_.pop_front()) tasks_.front()();
  }

 private:
  std::deque<Task> tasks_;
};

void require_frames(std::string_view out) {
  constexpr std::size_t kHead = 9, kFrame = 16384;
  while (!out.empty()) {
    require(out.size() >= kHead, "a frame without its head");
    std::size_t size = 0;
    for (int i = 0; i < 3; ++i) size = size << 8 | static_cast<std::uint8_t>(out[i]);
    require(size <= kFrame && size + kHead <= out.size(), "a frame that is cut off or too large");
    out.remove_prefix(kHead + size);
  }
}

void talk(std::string_view bytes) {
  http::Limits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 4096;
  limits.http2_streams = 4;
  const http::Peer peer;
  const auto bodies = std::make_shared<http::BodyBudget>(8192);
  const auto carrier = std::make_shared<Carrier>();
  std::string out;
  {
    Answerer answerer;
    http::Http2Session session(answerer, limits, peer, bodies, carrier);
    const auto turn = [&](std::string_view part) {
      session.receive(part);
      for (std::size_t before = 1; before != out.size();) {
        carrier->run();
        before = out.size();
        std::string block;
        session.fill(block, 1024);
        out += block;
      }
    };
    turn(bytes.substr(0, bytes.size() / 2));
    answerer.finish_some();
    turn(bytes.substr(bytes.size() / 2));
    session.shutdown();
    turn({});
  }
  carrier->run();
  require_frames(out);
  require(http::BodyBudget::Share(bodies).grow_to(4096), "bodies of the session are still counted");
}

std::string request(std::uint32_t id, const std::string& path, bool ended) {
  return testing::http2_frame(
      NGHTTP2_HEADERS,
      NGHTTP2_FLAG_END_HEADERS | (ended ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE), id,
      "\x82\x87" + testing::hpack_field(1, "x") + testing::hpack_field(4, path));
}

}  // namespace

void run(std::string_view input) {
  talk(input);
  talk(testing::http2_preface() + std::string(input));
}

std::vector<std::string> seeds() {
  using testing::http2_frame;
  const auto code = std::string("\0\0\0\x08", 4);
  return {
      testing::http2_preface() + request(1, "/a", true) + request(3, "/stream", true),
      request(1, "/a", false) + http2_frame(NGHTTP2_DATA, 0, 1, "some") +
          http2_frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, "thing"),
      request(1, "/held", true) + http2_frame(NGHTTP2_RST_STREAM, 0, 1, code) +
          request(3, "/held", true),
      http2_frame(NGHTTP2_PING, 0, 0, "01234567") +
          http2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string("\0\0\1\0", 4)) +
          http2_frame(NGHTTP2_PRIORITY, 0, 3, std::string("\0\0\0\0\x10", 5)) +
          http2_frame(NGHTTP2_GOAWAY, 0, 0, std::string("\0\0\0\1\0\0\0\0", 8)),
      http2_frame(NGHTTP2_HEADERS, 0, 1, "\x82\x87" + testing::hpack_field(4, "/stream")) +
          http2_frame(NGHTTP2_CONTINUATION, NGHTTP2_FLAG_END_HEADERS, 1,
                      testing::hpack_field(1, "x")),
      http2_frame(NGHTTP2_SETTINGS, 0, 0, std::string("\0\4\0\0\0\2", 6)) +
          request(1, "/stream", true),
  };
}

}  // namespace kubus::fuzz
