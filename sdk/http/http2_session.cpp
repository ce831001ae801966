#include "http2_session.h"

#include <charconv>

#include "http2_callbacks.h"
#include "pending.h"
#include "request_rules.h"

namespace kubus::http {
namespace {

// As the reference has them.
constexpr std::int32_t kStreamWindow = 256 * 1024;
constexpr std::uint32_t kFrameSize = 256 * 1024;
// A header this many times too large is not even read to its end.
constexpr std::size_t kHopeless = 4;
// Handlers at work for streams that were given up count as well.
constexpr std::size_t kHandledPerStream = 4;
constexpr double kUnneededAtOnce = 10'000, kUnneededPerSecond = 500;
constexpr double kGivenUpAtOnce = 1'000, kGivenUpPerSecond = 100;

std::size_t declared_length(const Request& request) {
  const auto text = request.headers.get("content-length");
  std::size_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

// Or of a size that is not told.
bool is_large(const Request& request) {
  return !request.headers.has("content-length") || declared_length(request) > kSmallBody;
}

}  // namespace

Http2Session::Http2Session(Handler& handler, const Limits& limits, const Peer& peer,
                           std::shared_ptr<BodyBudget> bodies, std::weak_ptr<Http2Carrier> carrier)
    : handler_(handler),
      limits_(limits),
      peer_(peer),
      bodies_(std::move(bodies)),
      carrier_(std::move(carrier)),
      session_(new_http2_server(this)),
      unneeded_(kUnneededAtOnce, kUnneededPerSecond),
      given_up_(kGivenUpAtOnce, kGivenUpPerSecond) {
  if (!session_) throw std::bad_alloc();
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits_.http2_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, kFrameSize},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits_.header_bytes)},
  };
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(
      session_, NGHTTP2_FLAG_NONE, 0,
      kStreamWindow * static_cast<std::int32_t>(std::min(limits_.http2_streams, 1000U)));
  await(idle_since_ + limits_.idle);
}

Http2Session::~Http2Session() {
  close();
  nghttp2_session_del(session_);
}

void Http2Session::close() {
  for (auto& [id, stream] : std::exchange(streams_, {})) stream->leave();
}

void Http2Session::receive(std::string_view bytes) {
  if (failed_) return;
  const auto taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken == NGHTTP2_ERR_FLOODED) calm_down();
  if (taken < 0) failed_ = true;
  hand_to_handler();
}

void Http2Session::fill(std::string& out, std::size_t most) {
  out_ = &out;
  most_ = most;
  while (out.size() < most) {
    const std::uint8_t* data = nullptr;
    const auto size = nghttp2_session_mem_send(session_, &data);
    if (size < 0) failed_ = true;
    if (size <= 0) break;
    out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  out_ = nullptr;
}

bool Http2Session::finished() const {
  return failed_ || (!nghttp2_session_want_read(session_) && !nghttp2_session_want_write(session_));
}

void Http2Session::shutdown() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  for (auto& [id, stream] : streams_)
    if (stream->body) stream->body->finish();
}

Http2Stream* Http2Session::find(std::int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void Http2Session::begin_stream(std::int32_t id) {
  auto stream = std::make_shared<Http2Stream>(*this, carrier_, limits_, bodies_, id);
  stream->request->peer = peer_;
  streams_[id] = stream;
  set_deadline(*stream, Clock::now() + limits_.request);
}

bool Http2Session::add_field(Http2Stream& stream, std::string_view name, std::string_view value) {
  // As the limit that was announced counts them.
  stream.header_bytes += name.size() + value.size() + 32;
  if (stream.header_bytes > limits_.header_bytes * kHopeless) {
    calm_down();
    return false;
  }
  // What comes behind a body is of no use to any handler.
  if (stream.header_bytes > limits_.header_bytes || stream.header_done) return true;
  if (!stream.body_share.grow_to(stream.header_bytes)) stream.no_room = true;
  if (stream.no_room) return true;
  auto& request = *stream.request;
  if (name == ":method")
    request.method = value;
  else if (name == ":path")
    request.target = value;
  else if (name == ":authority")
    request.headers.add("Host", std::string(value));
  else if (name == "host" ? !request.headers.has("Host") : !name.starts_with(':'))
    request.headers.add(std::string(name), std::string(value));
  return true;
}

void Http2Session::check_header(Http2Stream& stream, bool ended) {
  const auto& request = *stream.request;
  stream.header_done = true;
  if (stream.header_bytes > limits_.header_bytes)
    return refuse(stream, 431, "the request's header is too large");
  if (stream.no_room)
    return refuse(stream, 503, "too many large requests are under way, please try again later");
  if (request.method == "CONNECT") return refuse(stream, 405, "this is no proxy");
  if (!request.headers.has("Host")) return refuse(stream, 400, "missing required Host header");
  if (declared_length(request) > limits_.body_bytes)
    return refuse(stream, 413,
                  "Request entity too large: limit is " + std::to_string(limits_.body_bytes));
  if (!ended && is_large(request) && !handler_.wants_body(request)) {
    stream.request->body_unread = true;
    return end_request(stream);
  }
  if (ended || !iequals(request.headers.get("expect"), "100-continue")) return;
  static std::string name = ":status", status = "100";
  const nghttp2_nv go_on = {reinterpret_cast<std::uint8_t*>(name.data()),
                            reinterpret_cast<std::uint8_t*>(status.data()), name.size(),
                            status.size(), NGHTTP2_NV_FLAG_NONE};
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.id, nullptr, &go_on, 1, nullptr);
}

void Http2Session::add_body(Http2Stream& stream, std::string_view chunk) {
  if (stream.state != Http2Stream::State::kReading) return;
  auto& body = stream.request->body;
  if (body.size() + chunk.size() > limits_.body_bytes)
    return refuse(stream, 413,
                  "Request entity too large: limit is " + std::to_string(limits_.body_bytes));
  if (!stream.body_share.grow_to(stream.header_bytes + body.size() + chunk.size()))
    return refuse(stream, 503, "too many large requests are under way, please try again later");
  body.append(chunk);
}

void Http2Session::end_request(Http2Stream& stream) {
  if (stream.state != Http2Stream::State::kReading) return;
  stream.state = Http2Stream::State::kHandling;
  ready_.push_back(stream.shared_from_this());
}

// Not from within nghttp2: what a handler does is none of its business.
void Http2Session::hand_to_handler() {
  for (auto& stream : std::exchange(ready_, {})) {
    if (find(stream->id) != stream.get()) continue;
    if (handled_.size() >= kHandledPerStream * limits_.http2_streams) {
      std::erase_if(handled_, [](const auto& request) { return request.expired(); });
      if (handled_.size() >= kHandledPerStream * limits_.http2_streams) return calm_down();
    }
    handled_.push_back(stream->request);
    set_deadline(*stream, Clock::now() + limits_.answer);
    handler_.handle(std::make_shared<Pending>(stream, stream->request));
  }
}

void Http2Session::end_stream(std::int32_t id, std::uint32_t code) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const auto stream = std::move(found->second);
  streams_.erase(found);
  if (streams_.empty()) {
    idle_since_ = Clock::now();
    await(idle_since_ + limits_.idle);
  }
  stream->leave();
  if (code != NGHTTP2_NO_ERROR && !stream->reset_here) given_up();
}

void Http2Session::calm_down() {
  if (std::exchange(calmed_, true)) return;
  nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
}

}  // namespace kubus::http
