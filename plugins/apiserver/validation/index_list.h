// Lists of the indexes of a job: "1,3-5".
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kubus::apiserver {

// How many indexes the text names, or what is wrong with it.
struct IndexList {
  std::int64_t count = 0;
  std::string wrong;
};

IndexList read_indexes(std::string_view text, std::int64_t completions);
// The first index that both lists name, or -1; parts that cannot be read name none.
std::int64_t first_shared_index(std::string_view a, std::string_view b, std::int64_t completions);

}  // namespace kubus::apiserver
