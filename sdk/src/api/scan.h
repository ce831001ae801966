// A scanner over JSON text with the grammar and the error messages of Go's encoding/json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kubus::json {

class Scanner {
 public:
  Scanner(std::string_view text, int max_depth) : text_(text), max_depth_(max_depth) {}

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  std::size_t position() const { return at_; }
  std::string_view since(std::size_t start) const { return text_.substr(start, at_ - start); }

  // The next character that is no space, not consumed; 0 at the end.
  char peek() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  // Consumes an opening bracket that peek() showed; false (failed) when nested too deep.
  bool enter();
  // Consumes a closing bracket.
  void leave() { ++at_, --depth_; }

  // After enter() of an object or behind a member: whether another member follows. Consumes commas
  // and the closing brace. Its key is read with string(), then colon().
  bool next_member(bool first);
  // The same for an array.
  bool next_element(bool first);
  bool colon();

  // A string, decoded: a view of the text where it stands there as it is, else of `buffer`.
  bool string(std::string_view& value, std::string& buffer);
  // A number as it stands.
  bool number(std::string_view& value);
  // true, false, null.
  bool literal(std::string_view word);
  // Any value, checked.
  bool skip_value();
  // Nothing but space is left.
  bool finish();

  bool fail(std::string message);

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  // Fails on the character at the position: "invalid character 'x' <context>".
  bool unexpected(std::string_view context);
  bool escape(std::string& buffer);
  bool hex(std::uint32_t& code);
  bool digits(std::string_view context);

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int max_depth_;
  std::string error_;
};

}  // namespace kubus::json
