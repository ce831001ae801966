#include "engine/mutate.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace kubus::fuzz {
namespace {

// What parsers treat as special, between blanks.
constexpr std::string_view kTokens =
    "\n \" \\ \\u0000 \\ud800 { } [ ] : , = != ( ) / .. % %2f + - -1 0 1e99 null true \t # @ "
    "9223372036854775807 -9223372036854775808 18446744073709551616 0.0000000001 1e-400 \xff "
    "\xe2\x80\xa8 &a *a sha256: [[[[[[[[ {\"a\":{\"a\": :: ffff /129 T24:60:61Z \xc2\xb5";

std::vector<std::string> tokens() {
  std::vector<std::string> all = {" ", std::string(1, '\0')};
  for (std::string_view rest = kTokens; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    all.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

}  // namespace

Mutator::Mutator(std::vector<std::string> seeds) : seeds_(std::move(seeds)), tokens_(tokens()) {}

std::size_t Mutator::below(std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
}

void Mutator::change(std::string& input) {
  const std::size_t at = below(input.size() + 1);
  switch (below(7)) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
      break;
    case 1:
      if (at < input.size()) input[at] = static_cast<char>(below(256));
      break;
    case 2:
      input.erase(at, 1 + below(16));
      break;
    case 3:
      input.insert(at, tokens_[below(tokens_.size())]);
      break;
    case 4: {  // a piece of the input again, as often as nesting and lists need it
      const std::string piece = input.substr(at, 1 + below(64));
      for (std::size_t i = below(8); i > 0; --i) input.insert(at, piece);
      break;
    }
    case 5: {
      const std::string& other = seeds_[below(seeds_.size())];
      const std::size_t from = below(other.size() + 1);
      input.insert(at, other, from, 1 + below(256));
      break;
    }
    default:
      input.resize(at);
      break;
  }
}

std::string Mutator::next() {
  std::string input = seeds_[below(seeds_.size())];
  for (std::size_t changes = 1 + below(6); changes > 0; --changes) change(input);
  if (input.size() > kLargest) input.resize(kLargest);
  return input;
}

}  // namespace kubus::fuzz
