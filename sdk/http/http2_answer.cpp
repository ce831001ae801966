// How a session answers: responses, streams, and what has no time left.
#include <algorithm>

#include "gzip.h"
#include "http2_callbacks.h"
#include "http2_session.h"
#include "response_head.h"

namespace kubus::http {
namespace {

using State = Http2Stream::State;

// What HTTP/2 says in its own way, and forbids to say in fields.
bool belongs_to_connection(std::string_view name) {
  for (const char* field :
       {"Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Proxy-Connection"})
    if (iequals(name, field)) return true;
  return false;
}

std::string lower_case(std::string_view name) {
  std::string text(name);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

}  // namespace

void Http2Session::answer(Http2Stream& stream, Responder::Outcome outcome) {
  if (stream.state != State::kHandling && stream.state != State::kRelaying) {
    if (auto* late = std::get_if<Responder::StreamStart>(&outcome)) late->queue->close();
    return;
  }
  if (auto* response = std::get_if<Response>(&outcome)) return send(stream, std::move(*response));
  if (auto* begun = std::get_if<Responder::StreamStart>(&outcome)) {
    stream.body.emplace(std::move(begun->queue));
    return submit(stream, begun->head, {}, stream.request->method != "HEAD");
  }
  if (auto* upstream = std::get_if<Upstream>(&outcome)) {
    stream.state = State::kRelaying;
    set_deadline(stream, Clock::time_point::max());
    if (auto carrier = carrier_.lock())
      carrier->forward(stream.shared_from_this(), std::move(*upstream));
    return;
  }
  // HTTP/2 has no connection to give away.
  refuse(stream, 400, "Upgrade request required");
}

void Http2Session::refuse(Http2Stream& stream, int status, std::string message) {
  send(stream, handler_.failure(status, std::move(message)));
}

void Http2Session::send(Http2Stream& stream, Response response) {
  compress(*stream.request, response, limits_.gzip_from);
  const auto size = total_size(response.body);
  const bool has_body = size > 0 && stream.request->method != "HEAD";
  const auto length = response.status == 304 ? std::string() : std::to_string(size);
  stream.body.emplace(std::exchange(response.body, {}));
  submit(stream, response, length, has_body);
}

void Http2Session::submit(Http2Stream& stream, const Response& head, const std::string& length,
                          bool body) {
  std::vector<std::pair<std::string, std::string>> fields;
  fields.emplace_back(":status", std::to_string(head.status));
  for (const auto& [name, value] : head.headers.fields())
    if (!belongs_to_connection(name)) fields.emplace_back(lower_case(name), value);
  fields.emplace_back("date", http_date());
  if (!length.empty()) fields.emplace_back("content-length", length);
  std::vector<nghttp2_nv> pairs;
  for (auto& [name, value] : fields)
    pairs.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                     reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(),
                     NGHTTP2_NV_FLAG_NONE});
  const auto provider = http2_body();
  stream.state = State::kSending;
  if (!body) stream.body.reset();
  set_deadline(stream, Clock::now() + limits_.write);
  if (nghttp2_submit_response(session_, stream.id, pairs.data(), pairs.size(),
                              body ? &provider : nullptr) != 0)
    reset(stream);
}

void Http2Session::resume(Http2Stream& stream) {
  if (stream.state != State::kSending || !stream.body) return;
  if (nghttp2_session_resume_data(session_, stream.id) == 0)
    set_deadline(stream, Clock::now() + limits_.write);
}

void Http2Session::reset(Http2Stream& stream, std::uint32_t code) {
  stream.reset_here = true;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, code);
}

ssize_t Http2Session::read_body(Http2Stream& stream, std::size_t room, std::uint32_t* flags) {
  if (!stream.body) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const auto size = stream.body->available(room);
  if (size > 0) *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (stream.body->is_last() && stream.body->available(room + 1) <= room)
    *flags |= NGHTTP2_DATA_FLAG_EOF;
  else if (size == 0) {
    set_deadline(stream, Clock::time_point::max());
    return NGHTTP2_ERR_DEFERRED;
  }
  return static_cast<ssize_t>(size);
}

int Http2Session::write_body(Http2Stream& stream, const std::uint8_t* head, std::size_t size) {
  constexpr std::size_t kFrameHead = 9;
  if (out_->size() >= most_) return NGHTTP2_ERR_WOULDBLOCK;
  out_->append(reinterpret_cast<const char*>(head), kFrameHead);
  stream.body->move_to(*out_, size);
  set_deadline(stream, Clock::now() + limits_.write);
  return 0;
}

// A client that still sends the body of a request that has been answered need not go on.
void Http2Session::after_last_frame(std::int32_t id) {
  auto* stream = find(id);
  if (stream && nghttp2_session_get_stream_remote_close(session_, id) == 0)
    reset(*stream, NGHTTP2_NO_ERROR);
}

void Http2Session::set_deadline(Http2Stream& stream, Clock::time_point deadline) {
  stream.deadline = deadline;
  await(deadline);
}

void Http2Session::await(Clock::time_point deadline) {
  next_deadline_ = std::min(next_deadline_, deadline);
}

void Http2Session::expire() {
  const auto now = Clock::now();
  std::vector<std::shared_ptr<Http2Stream>> late;
  for (const auto& [id, stream] : streams_)
    if (stream->deadline <= now) late.push_back(stream);
  for (const auto& stream : late) expire(*stream, now);
  if (streams_.empty() && idle_since_ + limits_.idle <= now) shutdown();
  next_deadline_ = Clock::time_point::max();
  for (const auto& [id, stream] : streams_) await(stream->deadline);
  if (streams_.empty()) await(std::max(now + limits_.write, idle_since_ + limits_.idle));
}

void Http2Session::expire(Http2Stream& stream, Clock::time_point now) {
  stream.deadline = Clock::time_point::max();
  if (stream.state == State::kHandling) {
    stream.lose_client();
    return refuse(stream, 504, "request did not complete within the allotted timeout");
  }
  reset(stream, NGHTTP2_CANCEL);
  stream.deadline = now + limits_.write;
}

}  // namespace kubus::http
