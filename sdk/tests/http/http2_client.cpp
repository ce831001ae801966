#include "http2_client.h"

#include <algorithm>
#include <cstring>

namespace kubus::testing {

std::string http2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                        const std::string& payload) {
  std::string frame;
  for (int shift : {16, 8, 0}) frame.push_back(static_cast<char>(payload.size() >> shift));
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  for (int shift : {24, 16, 8, 0}) frame.push_back(static_cast<char>(stream >> shift));
  return frame + payload;
}

std::string http2_preface() {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2_frame(NGHTTP2_SETTINGS, 0, 0, "") +
         http2_frame(NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, "");
}

std::string hpack_field(std::uint8_t name, const std::string& value) {
  return std::string{static_cast<char>(name), static_cast<char>(value.size())} + value;
}

std::optional<std::uint32_t> goaway_among(const std::string& frames) {
  constexpr std::size_t kHead = 9;
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + bytes; ++i)
      value = value << 8 | static_cast<std::uint8_t>(frames[i]);
    return value;
  };
  std::optional<std::uint32_t> code;
  for (std::size_t at = 0; at + kHead <= frames.size();) {
    const auto size = number(at, 3);
    if (frames[at + 3] == NGHTTP2_GOAWAY && at + kHead + 8 <= frames.size())
      code = number(at + kHead + 4, 4);
    at += kHead + size;
  }
  return code;
}

struct Http2Client::Callbacks {
  static Http2Client& of(void* client) { return *static_cast<Http2Client*>(client); }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* client) {
    auto& answer = of(client).answers_[frame->hd.stream_id];
    const std::string field(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (field == ":status") answer.status = std::stoi(text);
    answer.headers[field] = text;
    return 0;
  }
  static int on_data(nghttp2_session* session, std::uint8_t, std::int32_t id,
                     const std::uint8_t* data, std::size_t size, void* client) {
    of(client).answers_[id].body.append(reinterpret_cast<const char*>(data), size);
    nghttp2_session_consume_connection(session, size);
    if (of(client).reading_on_) nghttp2_session_consume_stream(session, id, size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* client) {
    auto& answer = of(client).answers_[id];
    answer.closed = true;
    answer.error = code;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* client) {
    if (frame->hd.type == NGHTTP2_GOAWAY) of(client).goaway_ = frame->goaway.error_code;
    return 0;
  }
  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t* out, std::size_t room,
                           std::uint32_t* flags, nghttp2_data_source*, void* client) {
    auto& [body, open] = of(client).bodies_[id];
    if (body.empty() && open) return NGHTTP2_ERR_DEFERRED;
    const auto size = std::min(room, body.size());
    std::memcpy(out, body.data(), size);
    body.erase(0, size);
    if (body.empty() && !open) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }
};

Http2Client::Http2Client(std::uint16_t port, const std::string& ca_pem, const pki::Pair* pair)
    : tls_(port, ca_pem, pair, "h2") {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::on_close);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::on_frame);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_http_messaging(option, 1);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_session_client_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
}

Http2Client::~Http2Client() { nghttp2_session_del(session_); }

std::int32_t Http2Client::begin(const std::string& method, const std::string& target,
                                const HeaderFields& fields, std::string body, bool open) {
  HeaderFields all = {{":method", method}};
  if (method != "CONNECT") {
    all.emplace_back(":scheme", "https");
    all.emplace_back(":path", target);
  }
  if (std::none_of(fields.begin(), fields.end(), [](const auto& f) { return f.first == "host"; }))
    all.emplace_back(":authority", "x");
  all.insert(all.end(), fields.begin(), fields.end());
  std::vector<nghttp2_nv> pairs;
  for (auto& [name, value] : all)
    pairs.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                     reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(), 0});
  const bool has_body = open || !body.empty();
  nghttp2_data_provider provider{};
  provider.read_callback = &Callbacks::read_body;
  const auto id = nghttp2_submit_request(session_, nullptr, pairs.data(), pairs.size(),
                                         has_body ? &provider : nullptr, nullptr);
  if (id < 0) throw std::runtime_error(nghttp2_strerror(id));
  bodies_[id] = {std::move(body), open};
  flush();
  return id;
}

void Http2Client::cancel(std::int32_t stream) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  flush();
}

void Http2Client::read_at_most(std::int32_t bytes) {
  reading_on_ = false;
  const nghttp2_settings_entry window = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
                                         static_cast<std::uint32_t>(bytes)};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &window, 1);
  flush();
}

const Http2Client::Answer& Http2Client::finish(std::int32_t stream) {
  while (!answers_[stream].closed)
    if (!read_some()) throw std::runtime_error("the connection ended before the answer");
  return answers_[stream];
}

const Http2Client::Answer& Http2Client::until(std::int32_t stream, const std::string& end) {
  while (!answers_[stream].body.ends_with(end))
    if (!read_some()) throw std::runtime_error("the connection ended before the answer");
  return answers_[stream];
}

void Http2Client::read() {
  if (!read_some()) throw std::runtime_error("the connection ended");
}

std::optional<std::uint32_t> Http2Client::rest() {
  while (read_some()) {
  }
  return goaway_;
}

void Http2Client::flush() {
  const std::uint8_t* data = nullptr;
  std::string out;
  for (ssize_t size = 0; (size = nghttp2_session_mem_send(session_, &data)) > 0;)
    out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  boost::system::error_code gone;  // seen by whoever reads
  boost::asio::write(*tls_.stream, boost::asio::buffer(out), gone);
}

bool Http2Client::read_some() {
  char block[16 * 1024];
  boost::system::error_code error;
  const auto size = tls_.stream->read_some(boost::asio::buffer(block), error);
  if (error) return false;
  if (nghttp2_session_mem_recv(session_, reinterpret_cast<std::uint8_t*>(block), size) < 0)
    return false;
  flush();
  return true;
}

}  // namespace kubus::testing
