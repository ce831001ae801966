#include "tests/request_table.h"

#include <cctype>
#include <charconv>
#include <map>

namespace kubus::apiserver {
namespace {

// "Content-Type: ..."
bool is_header(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0 || std::isupper(line[0]) == 0) return false;
  for (char c : line.substr(0, colon)) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0 && c != '-') return false;
  }
  return true;
}

std::string_view word(std::string_view& rest) {
  const std::size_t space = rest.find(' ');
  const std::string_view first = rest.substr(0, space);
  rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
  return first;
}

class Reader {
 public:
  RequestTable run(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      ++line_;
      take(std::string(text.substr(0, end)));
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    finish();
    return std::move(table_);
  }

 private:
  void take(const std::string& raw) {
    if (raw.starts_with('#')) return;
    if (raw.empty()) return finish();
    const std::string line = expanded(raw);
    if (line.starts_with("let ")) return define(line);
    if (line.starts_with(">   ")) return expectation(std::string_view(line).substr(4));
    if (line.starts_with("> ")) return answer(std::string_view(line).substr(2));
    if (row_.line == 0) return request(line);
    if (row_.body.empty() && is_header(line)) {
      row_.headers.push_back(line);
    } else {
      row_.body += line;
    }
  }

  void define(std::string_view line) {
    line.remove_prefix(4);
    const auto name = word(line);
    word(line);  // the '='
    names_["$" + std::string(name)] = std::string(line);
  }

  std::string expanded(std::string line) const {
    for (std::size_t at = line.find('$'); at != std::string::npos; at = line.find('$', at)) {
      std::size_t end = at + 1;
      while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) != 0)) ++end;
      const auto found = names_.find(line.substr(at, end - at));
      if (found == names_.end()) {
        at = end;
        continue;
      }
      line.replace(at, end - at, found->second);
      at += found->second.size();
    }
    return line;
  }

  void request(std::string_view line) {
    row_.line = line_;
    row_.method = word(line);
    row_.path = line;
  }

  void answer(std::string_view line) {
    const auto code = word(line);
    std::from_chars(code.data(), code.data() + code.size(), row_.code);
    row_.reason = word(line);
    row_.message = line;
  }

  void expectation(std::string_view line) {
    if (line.starts_with("~ ")) {
      row_.parts.emplace_back(line.substr(2));
    } else if (line.starts_with("! ")) {
      row_.head_parts.emplace_back(line.substr(2));
    } else if (line.starts_with("FieldValue") || line.starts_with("cause ")) {
      row_.causes.emplace_back(line.starts_with("cause ") ? line.substr(6) : line);
    } else if (const auto equals = line.find(" ="); equals != std::string_view::npos) {
      const auto value = line.substr(equals + 2);
      row_.values.emplace_back(line.substr(0, equals),
                               value.empty() ? std::string_view() : value.substr(1));
    } else {
      mistake("what is this?");
    }
  }

  void finish() {
    if (row_.line == 0) return;
    if (row_.code == 0) mistake("a row without an answer");
    table_.rows.push_back(std::move(row_));
    row_ = {};
  }

  void mistake(const char* why) {
    table_.mistakes.push_back("line " + std::to_string(line_) + ": " + why);
  }

  RequestTable table_;
  RequestRow row_;
  std::map<std::string, std::string> names_;
  int line_ = 0;
};

}  // namespace

RequestTable read_requests(std::string_view text) { return Reader().run(text); }

}  // namespace kubus::apiserver
