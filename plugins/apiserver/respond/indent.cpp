#include "respond/indent.h"

namespace kubus::apiserver {
namespace {

class Indenter {
 public:
  explicit Indenter(std::string& out) : out_(out) {}

  void add(std::string_view piece) {
    for (const char c : piece) in_text_ ? add_to_text(c) : add_between(c);
  }

 private:
  void add_to_text(char c) {
    out_.push_back(c);
    if (escaped_)
      escaped_ = false;
    else if (c == '\\')
      escaped_ = true;
    else if (c == '"')
      in_text_ = false;
  }

  void add_between(char c) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') return;
    const bool closes = c == '}' || c == ']';
    if (closes) --depth_;
    // What is empty stays on its line.
    if (opened_ != closes) new_line();
    opened_ = c == '{' || c == '[';
    if (opened_) ++depth_;
    out_.push_back(c);
    if (c == ':') out_.push_back(' ');
    if (c == ',') new_line();
    in_text_ = c == '"';
  }

  void new_line() {
    out_.push_back('\n');
    out_.append(2 * depth_, ' ');
  }

  std::string& out_;
  std::size_t depth_ = 0;
  bool opened_ = false;  // the last that was written began an object or a list
  bool in_text_ = false, escaped_ = false;
};

}  // namespace

std::string indented_json(std::span<const Bytes> pieces) {
  std::size_t size = 0;
  for (const auto& piece : pieces) size += piece.size();
  std::string out;
  out.reserve(2 * size);
  Indenter indenter(out);
  for (const auto& piece : pieces) indenter.add(piece.view());
  return out;
}

}  // namespace kubus::apiserver
