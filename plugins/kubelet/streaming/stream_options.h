// Which streams an exec or attach request asks for.
//
// Thread safety: values and a pure function.
#pragma once

#include "kubus/http/query.h"
#include "kubus/status.h"

namespace kubus::kubelet {

struct StreamOptions {
  bool in = false;
  bool out = false;
  bool err = false;  // never with a terminal
  bool tty = false;
};
// kBadRequest when no stream at all is wanted.
Result<StreamOptions> parse_stream_options(const http::Query& query);

}  // namespace kubus::kubelet
