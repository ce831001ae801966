#include "cel/lexer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "kubus/api/utf8.h"

namespace kubus::apiserver::cel {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

class Lexer {
 public:
  Lexer(std::string_view text, std::vector<Fault>& faults) : text_(text), faults_(faults) {}

  std::vector<Token> run() {
    while (skip_space()) {
      const auto start = at_;
      if (!next_word()) {
        // It may have been the first half of a symbol.
        if (std::string_view("=&|").find(text_[start]) != std::string_view::npos)
          at_ = std::min(start + 2, text_.size());
        fault(start, "Syntax error: token recognition error at: '" +
                         std::string(text_.substr(start, std::max(at_ - start, std::size_t(1)))) +
                         "'");
        at_ = std::max(at_, start + 1);
      }
      if (faults_.size() > 100) break;
    }
    words_.push_back({Token::Kind::kEnd, "<EOF>", {}, text_.size()});
    return std::move(words_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void fault(std::size_t at, std::string message) { faults_.push_back({at, std::move(message)}); }

  bool skip_space() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_]))) {
        ++at_;
      } else if (text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        return true;
      }
    }
    return false;
  }

  void push(Token::Kind kind, std::size_t start, Value literal = {}) {
    words_.push_back({kind, text_.substr(start, at_ - start), std::move(literal), start});
  }

  bool next_word() {
    if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number();
    if (const auto quote = quote_at(); quote) {
      const auto start = at_;
      if (string(*quote)) return true;
      if (quote->prefix == 0) return false;
      at_ = start;  // the prefix of no text is a name
    }
    if (starts_name(peek())) {
      const auto start = at_;
      while (starts_name(peek()) || is_digit(peek())) ++at_;
      push(Token::Kind::kIdent, start);
      return true;
    }
    for (const std::string_view symbol : {"==", "!=", "<=", ">=", "&&", "||"})
      if (text_.substr(at_).starts_with(symbol)) return symbol_of(2);
    if (std::string_view("[]{}().,-!?:+*/%<>").find(peek()) != std::string_view::npos)
      return symbol_of(1);
    return false;
  }

  bool symbol_of(std::size_t length) {
    const auto start = at_;
    at_ += length;
    push(Token::Kind::kSymbol, start);
    return true;
  }

  bool number() {
    const auto start = at_;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X') &&
        std::isxdigit(static_cast<unsigned char>(peek(2)))) {
      at_ += 2;
      const auto digits = at_;
      while (std::isxdigit(static_cast<unsigned char>(peek()))) ++at_;
      return integer(start, text_.substr(digits, at_ - digits), 16);
    }
    while (is_digit(peek())) ++at_;
    bool real = false;
    if (peek() == '.' && is_digit(peek(1))) {
      real = true;
      ++at_;
      while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
      if (is_digit(peek(sign))) {
        real = true;
        at_ += sign;
        while (is_digit(peek())) ++at_;
      }
    }
    const auto digits = text_.substr(start, at_ - start);
    if (!real) return integer(start, digits, 10);
    double value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (end.ec != std::errc() || !std::isfinite(value)) fault(start, "invalid double literal");
    push(Token::Kind::kLiteral, start, Value::of(value));
    return true;
  }

  bool integer(std::size_t start, std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    const bool natural = peek() == 'u' || peek() == 'U';
    // A minus before it makes room for one more.
    const bool minus = !words_.empty() && words_.back().text == "-";
    const std::uint64_t most =
        natural ? UINT64_MAX : static_cast<std::uint64_t>(INT64_MAX) + (minus ? 1 : 0);
    if (digits.empty() || end.ec != std::errc() || value > most)
      fault(start, natural ? "invalid uint literal" : "invalid int literal");
    if (natural) ++at_;
    push(Token::Kind::kLiteral, start,
         natural ? Value::of(value) : Value::of(static_cast<std::int64_t>(value)));
    return true;
  }

  struct Quote {
    std::size_t prefix = 0;
    bool raw = false, bytes = false;
  };
  std::optional<Quote> quote_at() const {
    Quote out;
    for (std::size_t i = 0; i < 3; ++i) {
      const char c = peek(i);
      if (c == '"' || c == '\'') {
        out.prefix = i;
        return out;
      }
      if ((c == 'r' || c == 'R') && !out.raw) {
        out.raw = true;
      } else if ((c == 'b' || c == 'B') && !out.bytes) {
        out.bytes = true;
      } else {
        break;
      }
    }
    return std::nullopt;
  }

  bool string(const Quote& quote) {
    const auto start = at_;
    at_ += quote.prefix;
    std::string close(1, peek());
    if (peek(1) == close[0] && peek(2) == close[0]) close.append(2, close[0]);
    at_ += close.size();
    std::string out;
    while (at_ < text_.size() && !text_.substr(at_).starts_with(close)) {
      if (close.size() == 1 && (peek() == '\n' || peek() == '\r')) {
        ++at_;
        return false;
      }
      if (peek() == '\\' && !quote.raw) {
        if (!escape(out, quote.bytes)) return false;
      } else if (peek() == '\\' && at_ + 1 < text_.size()) {
        out += text_[at_++];
        out += text_[at_++];
      } else {
        out += text_[at_++];
      }
    }
    if (at_ >= text_.size()) return false;
    at_ += close.size();
    push(Token::Kind::kLiteral, start,
         quote.bytes ? Value::bytes(std::move(out)) : Value::text(std::move(out)));
    return true;
  }

  bool escape(std::string& out, bool bytes) {
    constexpr std::string_view kFrom = "abfnrtv\\?\"'`", kTo = "\a\b\f\n\r\t\v\\?\"'`";
    const char c = peek(1);
    at_ += 2;
    if (const auto index = kFrom.find(c); c != '\0' && index != std::string_view::npos) {
      out += kTo[index];
      return true;
    }
    std::size_t count = 0;
    int base = 16;
    if (c == 'x' || c == 'X') count = 2;
    if (c == 'u' && !bytes) count = 4;
    if (c == 'U' && !bytes) count = 8;
    if (c >= '0' && c <= '3') {
      count = 3;
      base = 8;
      --at_;
    }
    const auto digits = text_.substr(std::min(at_, text_.size()), count);
    std::uint32_t code = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
    if (count == 0 || digits.size() != count || end.ptr != digits.data() + count) return false;
    at_ += count;
    if (bytes) {
      out += static_cast<char>(code);
      return code < 256;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    append_utf8(code, out);
    return true;
  }

  std::string_view text_;
  std::vector<Fault>& faults_;
  std::size_t at_ = 0;
  std::vector<Token> words_;
};

// Dots below what is left of a fault and a mark below it, wide ones below what is no ASCII.
std::string pointer(std::string_view left, std::string_view at) {
  std::string out;
  for (const char c : left)
    if (is_ascii(c))
      out += '.';
    else if (static_cast<unsigned char>(c) >= 0xC0)
      out += "\uFF0E";
  return out + (at.empty() || is_ascii(at[0]) ? "^" : "\uFF3E");
}

}  // namespace

std::vector<Token> split_words(std::string_view text, std::vector<Fault>& faults) {
  return Lexer(text, faults).run();
}

std::string describe(std::string_view text, const std::vector<Fault>& faults) {
  std::string out;
  for (const auto& fault : faults) {
    const auto at = std::min(fault.position, text.size());
    const auto before = text.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto newline = before.rfind('\n');
    const auto start = newline == std::string_view::npos ? 0 : newline + 1;
    const auto left = text.substr(start, at - start);
    const auto column = utf8_count(left);
    if (!out.empty()) out += '\n';
    out += "ERROR: <input>:" + std::to_string(line) + ':' + std::to_string(column + 1) + ": " +
           fault.message + "\n | ";
    const auto end = std::min(text.find('\n', start), text.size());
    std::string line_text(text.substr(start, end - start));
    std::replace(line_text.begin(), line_text.end(), '\t', ' ');
    out += line_text + "\n | " + pointer(left, text.substr(at, 1));
  }
  return out;
}

}  // namespace kubus::apiserver::cel
