// Table: aligned columns for people.
//
// Thread safety: none; a value.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace kubus::command {

class Table {
 public:
  explicit Table(std::vector<std::string> header);
  void row(std::vector<std::string> cells);
  // Columns are as wide as their widest cell; the last one is not padded.
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// "850ms", "12s", "5m", "3h", "2d".
std::string short_duration(double seconds);
// "512", "1.5k", "20M".
std::string short_count(double count);
std::string join(const std::vector<std::string>& parts, const std::string& separator);

}  // namespace kubus::command
