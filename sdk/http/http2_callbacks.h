// What nghttp2 calls, passed on to the session.
#pragma once

#include <nghttp2/nghttp2.h>

namespace kubus::http {

// A server's side of HTTP/2 that calls `session`, an Http2Session; null when out of memory.
nghttp2_session* new_http2_server(void* session);

// The bodies of its responses: those of its streams.
nghttp2_data_provider http2_body();

}  // namespace kubus::http
