#include "selector/label_lexer.h"

#include <algorithm>
#include <utility>

namespace kubus::apiserver {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kSymbols = "=!(),><";
constexpr std::string_view kBreaks = " \t\r\n=!(),><";

constexpr std::pair<std::string_view, LabelToken> kOperators[] = {
    {")", LabelToken::kClose},    {",", LabelToken::kComma},
    {"!", LabelToken::kNot},      {"==", LabelToken::kDoubleEquals},
    {"=", LabelToken::kEquals},   {">", LabelToken::kGreaterThan},
    {"<", LabelToken::kLessThan}, {"!=", LabelToken::kNotEquals},
    {"(", LabelToken::kOpen},
};

}  // namespace

LabelLexeme LabelLexer::next() {
  position_ = std::min(text_.find_first_not_of(kSpaces, position_), text_.size());
  if (position_ == text_.size()) return {};
  if (kSymbols.find(text_[position_]) != std::string_view::npos) return symbol();
  const std::size_t end = std::min(text_.find_first_of(kBreaks, position_), text_.size());
  const std::string_view word = text_.substr(position_, end - position_);
  position_ = end;
  if (word == "in") return {LabelToken::kIn, word};
  if (word == "notin") return {LabelToken::kNotIn, word};
  return {LabelToken::kIdentifier, word};
}

// The longest known operator wins among the symbols that stand together.
LabelLexeme LabelLexer::symbol() {
  const std::size_t run = std::min(text_.find_first_not_of(kSymbols, position_), text_.size());
  for (std::size_t length = std::min<std::size_t>(2, run - position_); length > 0; --length) {
    const std::string_view text = text_.substr(position_, length);
    for (const auto& [word, token] : kOperators) {
      if (word != text) continue;
      position_ += length;
      return {token, text};
    }
  }
  return {LabelToken::kError, text_.substr(position_, 1)};
}

}  // namespace kubus::apiserver
