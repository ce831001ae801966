#include "command/table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace kubus::command {

Table::Table(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void Table::row(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = one_line(std::move(cell));
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 3, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

std::string one_line(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.replace(at, 1, ", ");
  return text;
}

std::string short_duration(double seconds) {
  if (seconds < 1) return std::to_string(std::lround(seconds * 1000)) + "ms";
  if (seconds < 120) return std::to_string(std::lround(seconds)) + "s";
  if (seconds < 120 * 60) return std::to_string(std::lround(seconds / 60)) + "m";
  if (seconds < 48 * 3600) return std::to_string(std::lround(seconds / 3600)) + "h";
  return std::to_string(std::lround(seconds / 86400)) + "d";
}

std::string short_count(double count) {
  const char* units[] = {"", "k", "M", "G", "T"};
  int unit = 0;
  for (; count >= 1000 && unit < 4; ++unit) count /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit > 0 && count < 10 ? "%.1f%s" : "%.0f%s", count,
                units[unit]);
  return text;
}

}  // namespace kubus::command
