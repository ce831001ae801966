// LabelLexer: splits the text of a label selector into tokens.
//
// Thread safety: used by one thread. Tokens borrow from the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kubus::apiserver {

enum class LabelToken : std::uint8_t {
  kEnd,
  kError,
  kClose,
  kComma,
  kNot,
  kDoubleEquals,
  kEquals,
  kGreaterThan,
  kIdentifier,
  kIn,
  kLessThan,
  kNotEquals,
  kNotIn,
  kOpen,
};

struct LabelLexeme {
  LabelToken token = LabelToken::kEnd;
  std::string_view text;
};

class LabelLexer {
 public:
  explicit LabelLexer(std::string_view text) : text_(text) {}
  LabelLexeme next();

 private:
  LabelLexeme symbol();

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace kubus::apiserver
