// Where a webhook is reached: by a URL, or as a Service of the cluster.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "validation/field_error.h"

namespace kubus::apiserver {

// "https://host[:port][/path]" and no more.
void check_webhook_url(const std::string& url, const Path& path, ErrorList& errors);
// `url_path` is empty where the Service is asked at its root.
void check_webhook_service(const std::string& name, const std::string& ns, std::int64_t port,
                           const std::string& url_path, const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
