// HTTP/2 on one connection, without the connection: bytes of the client go in, bytes for it come
// out, requests go to the handler and their answers become frames.
//
// What a client can make of it is bounded: the streams it may have at once, the requests it may
// leave unanswered by ending their streams, how often it may do that, the frames that ask for
// nothing, the bytes of a header and of a body. One that goes on beyond gets GOAWAY with
// ENHANCE_YOUR_CALM.
//
// Thread safety: one thread, that of the connection.
#pragma once

#include <nghttp2/nghttp2.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "allowance.h"
#include "http2_stream.h"

namespace kubus::http {

class Http2Session {
 public:
  using Clock = std::chrono::steady_clock;

  Http2Session(Handler& handler, const Limits& limits, const Peer& peer,
               std::shared_ptr<BodyBudget> bodies, std::weak_ptr<Http2Carrier> carrier);
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  void receive(std::string_view bytes);
  // Appends what is to be sent, until `out` has about `most` bytes.
  void fill(std::string& out, std::size_t most);
  // Nothing will come out any more, and what comes in means nothing.
  bool finished() const;
  // No request is under way.
  bool idle() const { return streams_.empty(); }
  // Takes no more requests and ends streams; finished when those under way are answered.
  void shutdown();
  // Ends all streams without a word to the client, which is gone.
  void close();
  // Sees to the deadlines that have passed.
  void expire();
  // The next moment for expire().
  Clock::time_point next_deadline() const { return next_deadline_; }

  // For streams that are not over.
  void answer(Http2Stream& stream, Responder::Outcome outcome);
  void resume(Http2Stream& stream);
  void reset(Http2Stream& stream, std::uint32_t code = NGHTTP2_INTERNAL_ERROR);
  void set_deadline(Http2Stream& stream, Clock::time_point deadline);

 private:
  friend struct Http2Callbacks;

  Http2Stream* find(std::int32_t id);
  void begin_stream(std::int32_t id);
  // False when the connection has to end.
  bool add_field(Http2Stream& stream, std::string_view name, std::string_view value);
  void check_header(Http2Stream& stream, bool ended);
  void add_body(Http2Stream& stream, std::string_view chunk);
  void end_request(Http2Stream& stream);
  void end_stream(std::int32_t id, std::uint32_t code);
  void after_last_frame(std::int32_t id);
  ssize_t read_body(Http2Stream& stream, std::size_t room, std::uint32_t* flags);
  int write_body(Http2Stream& stream, const std::uint8_t* head, std::size_t size);
  void hand_to_handler();

  void refuse(Http2Stream& stream, int status, std::string message);
  void send(Http2Stream& stream, Response response);
  void submit(Http2Stream& stream, const Response& head, const std::string& length, bool body);
  void await(Clock::time_point deadline);
  void expire(Http2Stream& stream, Clock::time_point now);
  // The client does too much of something that is of no use.
  void calm_down();
  void unneeded() {
    if (!unneeded_.take(Clock::now())) calm_down();
  }
  void given_up() {
    if (!given_up_.take(Clock::now())) calm_down();
  }

  Handler& handler_;
  const Limits& limits_;
  const Peer& peer_;
  const std::shared_ptr<BodyBudget> bodies_;
  const std::weak_ptr<Http2Carrier> carrier_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<std::int32_t, std::shared_ptr<Http2Stream>> streams_;
  // Of streams that are over or not: their handlers have them.
  std::vector<std::weak_ptr<Request>> handled_;
  // Complete, not yet handed to the handler.
  std::vector<std::shared_ptr<Http2Stream>> ready_;
  Allowance unneeded_, given_up_;
  Clock::time_point idle_since_ = Clock::now();
  Clock::time_point next_deadline_ = Clock::time_point::max();
  bool failed_ = false;
  bool calmed_ = false;
  std::string* out_ = nullptr;  // within fill()
  std::size_t most_ = 0;
};

}  // namespace kubus::http
