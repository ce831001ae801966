#include "stream_options.h"

namespace kubus::kubelet {

Result<StreamOptions> parse_stream_options(const http::Query& query) {
  const auto set = [&](const char* name) { return query.get(name) == "1"; };
  StreamOptions options{set("input"), set("output"), set("error"), set("tty")};
  if (options.tty) options.err = false;
  if (!options.in && !options.out && !options.err)
    return Status(Code::kBadRequest, "you must specify at least 1 of stdin, stdout, stderr");
  return options;
}

}  // namespace kubus::kubelet
