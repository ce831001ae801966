// Where the log records of kubusd and kubus-host go: through spdlog to standard error, one logger
// per plugin, as text for people or as one JSON object per line.
//
// Thread safety: set_up_logging() once, before other threads log; set_logger_level() any time.
#pragma once

#include <string>
#include <string_view>

namespace kubus::kernel {

// `level`: debug, info, warn or error. `format`: text or json.
void set_up_logging(const std::string& level, const std::string& format);
// A level of its own for one plugin; empty: the common one.
void set_logger_level(std::string_view logger, const std::string& level);

}  // namespace kubus::kernel
