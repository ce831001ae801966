#include "http2_callbacks.h"

#include "http2_session.h"

namespace kubus::http {
namespace {

std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

bool ends_stream(const nghttp2_frame* frame) {
  return (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
         (frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
}

bool begins_request(const nghttp2_frame* frame) {
  return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
}

}  // namespace

struct Http2Callbacks {
  static Http2Session& of(void* session) { return *static_cast<Http2Session*>(session); }

  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* session) {
    if (begins_request(frame)) of(session).begin_stream(frame->hd.stream_id);
    return 0;
  }

  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* session) {
    auto* stream = of(session).find(frame->hd.stream_id);
    const bool fine =
        !stream || of(session).add_field(*stream, text(name, name_size), text(value, value_size));
    return fine ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }

  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                     std::size_t size, void* session) {
    if (auto* stream = of(session).find(id)) of(session).add_body(*stream, text(data, size));
    return 0;
  }

  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* session) {
    auto& self = of(session);
    switch (frame->hd.type) {
      case NGHTTP2_PING:
      case NGHTTP2_SETTINGS:
      case NGHTTP2_PRIORITY:
        self.unneeded();
        break;
      case NGHTTP2_DATA:
        if (frame->hd.length == 0 && !ends_stream(frame)) self.unneeded();
        break;
      default:
        break;
    }
    auto* stream = self.find(frame->hd.stream_id);
    if (stream && begins_request(frame)) self.check_header(*stream, ends_stream(frame));
    if (stream && ends_stream(frame)) self.end_request(*stream);
    return 0;
  }

  // Also streams beyond those that a client may have at once.
  static int on_invalid_frame(nghttp2_session*, const nghttp2_frame*, int, void* session) {
    of(session).given_up();
    return 0;
  }

  static int on_stream_close(nghttp2_session*, std::int32_t id, std::uint32_t code, void* session) {
    of(session).end_stream(id, code);
    return 0;
  }

  static int on_frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* session) {
    if (ends_stream(frame)) of(session).after_last_frame(frame->hd.stream_id);
    return 0;
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t room,
                           std::uint32_t* flags, nghttp2_data_source*, void* session) {
    auto* stream = of(session).find(id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    return of(session).read_body(*stream, room, flags);
  }

  static int send_body(nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* head,
                       std::size_t size, nghttp2_data_source*, void* session) {
    auto* stream = of(session).find(frame->hd.stream_id);
    if (!stream) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    return of(session).write_body(*stream, head, size);
  }
};

nghttp2_session* new_http2_server(void* session) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  nghttp2_session* made = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0) {
    using C = Http2Callbacks;
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &C::on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &C::on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &C::on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &C::on_frame);
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, &C::on_invalid_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &C::on_stream_close);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, &C::on_frame_sent);
    nghttp2_session_callbacks_set_send_data_callback(callbacks, &C::send_body);
    // Memory for priorities among streams that are long over.
    nghttp2_option_set_no_closed_streams(option, 1);
    // The session counts them itself, and says why it ends.
    constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 32;
    nghttp2_option_set_stream_reset_rate_limit(option, kNoLimit, kNoLimit);
    nghttp2_session_server_new2(&made, callbacks, session, option);
  }
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  return made;
}

nghttp2_data_provider http2_body() {
  nghttp2_data_provider provider{};
  provider.read_callback = &Http2Callbacks::read_body;
  return provider;
}

}  // namespace kubus::http
