// The words of an expression.
//
// Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cel/value.h"

namespace kubus::apiserver::cel {

struct Token {
  enum class Kind : std::uint8_t { kEnd, kIdent, kLiteral, kSymbol } kind = Kind::kEnd;
  std::string_view text;     // as it is written
  Value literal = {};        // of a literal
  std::size_t position = 0;  // of its first byte
};

// What is wrong with an expression, and where.
struct Fault {
  std::size_t position = 0;  // in bytes
  std::string message;
};

// Ends with a kEnd token. Adds to `faults` what is no word.
std::vector<Token> split_words(std::string_view text, std::vector<Fault>& faults);

// As cel-go prints faults: "ERROR: <input>:1:5: ...", the line, and a mark under it.
std::string describe(std::string_view text, const std::vector<Fault>& faults);

}  // namespace kubus::apiserver::cel
