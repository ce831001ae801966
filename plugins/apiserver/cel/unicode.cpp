#include "cel/unicode.h"

namespace kubus::apiserver::cel {

std::vector<std::size_t> rune_starts(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] & 0xC0) != 0x80) out.push_back(i);
  out.push_back(text.size());
  return out;
}

}  // namespace kubus::apiserver::cel
