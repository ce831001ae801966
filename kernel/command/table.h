// Table: aligned columns for people.
//
// Thread safety: none; a value.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "config/value.h"

namespace kubus::command {

using kernel::join;

class Table {
 public:
  explicit Table(std::vector<std::string> header);
  void row(std::vector<std::string> cells);
  // Columns are as wide as their widest cell; the last one is not padded.
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// With commas in place of line breaks; every cell of a table is.
std::string one_line(std::string text);
// "850ms", "12s", "5m", "3h", "2d".
std::string short_duration(double seconds);
// "512", "1.5k", "20M".
std::string short_count(double count);

}  // namespace kubus::command
