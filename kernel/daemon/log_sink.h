// Where the log records of kubusd and kubus-host go: through spdlog to standard error, one logger
// per plugin, as text for people or as one JSON object per line.
//
// Thread safety: set_up_logging() at any time.
#pragma once

#include <string>

namespace kubus::kernel {

// `level`: debug, info, warn or error. `format`: text or json.
void set_up_logging(const std::string& level, const std::string& format);

}  // namespace kubus::kernel
