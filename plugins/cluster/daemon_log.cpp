#include "daemon_log.h"

#include <cctype>
#include <fstream>
#include <string_view>

namespace kubus::cluster {
namespace {

constexpr std::size_t kAtMost = 5;

bool is_error(std::string_view line) {
  if (line.empty()) return false;
  if (line.front() == '{') return line.find(R"("level":"error")") != std::string_view::npos;
  if (!std::isdigit(static_cast<unsigned char>(line.front()))) return true;
  // "TIME LEVEL LOGGER: ..."
  const auto level = line.find(' ');
  return level != std::string_view::npos && line.substr(level + 1).starts_with("error ");
}

}  // namespace

std::vector<std::string> last_errors(const std::string& log_file, std::uintmax_t from) {
  std::ifstream file(log_file);
  file.seekg(static_cast<std::streamoff>(from));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!is_error(line)) continue;
    if (lines.size() == kAtMost) lines.erase(lines.begin());
    lines.push_back(line);
  }
  return lines;
}

}  // namespace kubus::cluster
