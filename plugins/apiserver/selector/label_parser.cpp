#include <algorithm>
#include <array>
#include <charconv>

#include "selector/label_lexer.h"
#include "selector/label_selector.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

bool is_integer(const std::string& text) {
  std::int64_t value = 0;
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && end != begin;
}

Status bad(std::string message) { return {Code::kBadRequest, std::move(message)}; }

std::string found(std::string_view text, std::string_view expected) {
  return "found '" + std::string(text) + "', expected: " + std::string(expected);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), current_(lexer_.next()) {}

  Result<std::vector<LabelRequirement>> parse();

 private:
  Result<LabelRequirement> requirement();
  Result<LabelOperator> binary_operator();
  Status values(LabelRequirement& out);
  Status value_list(std::vector<std::string>& out);
  Status exact_value(LabelRequirement& out);
  // Among values the words "in" and "notin" are ordinary.
  LabelLexeme peek_value() const;
  LabelLexeme take_value();
  LabelLexeme take();

  LabelLexer lexer_;
  LabelLexeme current_;
};

LabelLexeme Parser::peek_value() const {
  if (current_.token != LabelToken::kIn && current_.token != LabelToken::kNotIn) return current_;
  return {LabelToken::kIdentifier, current_.text};
}

LabelLexeme Parser::take_value() {
  const LabelLexeme out = peek_value();
  current_ = lexer_.next();
  return out;
}

LabelLexeme Parser::take() { return std::exchange(current_, lexer_.next()); }

Result<std::vector<LabelRequirement>> Parser::parse() {
  std::vector<LabelRequirement> out;
  for (;;) {
    const LabelLexeme head = peek_value();
    if (head.token == LabelToken::kEnd) return out;
    if (head.token != LabelToken::kIdentifier && head.token != LabelToken::kNot) {
      return bad(found(head.text, "!, identifier, or 'end of string'"));
    }
    Result<LabelRequirement> item = requirement();
    if (!item.ok()) return bad("unable to parse requirement: " + item.status().message());
    out.push_back(std::move(*item));
    const LabelLexeme after = take_value();
    if (after.token == LabelToken::kEnd) return out;
    if (after.token != LabelToken::kComma) {
      return bad(found(after.text, "',' or 'end of string'"));
    }
    const LabelLexeme follow = peek_value();
    if (follow.token != LabelToken::kIdentifier && follow.token != LabelToken::kNot) {
      return bad(found(follow.text, "identifier after ','"));
    }
  }
}

Status check(const LabelRequirement& item) {
  ErrorList errors;
  const Path values = Path("values");
  if (item.op == LabelOperator::kGreaterThan || item.op == LabelOperator::kLessThan) {
    for (std::size_t i = 0; i < item.values.size(); ++i) {
      if (!is_integer(item.values[i])) {
        errors.invalid(values.index(i), item.values[i],
                       "for 'Gt', 'Lt' operators, the value must be an integer");
      }
    }
  }
  for (std::size_t i = 0; i < item.values.size(); ++i) {
    const Messages messages = check_label_value(item.values[i]);
    std::string joined;
    for (const std::string& message : messages) joined += (joined.empty() ? "" : "; ") + message;
    if (!joined.empty()) {
      errors.invalid(values.index(i).key(item.key), item.values[i], joined);
    }
  }
  return errors.empty() ? Status() : bad(join_errors(errors.errors()));
}

Result<LabelRequirement> Parser::requirement() {
  LabelRequirement out;
  LabelLexeme head = take_value();
  const bool negated = head.token == LabelToken::kNot;
  if (negated) head = take_value();
  if (head.token != LabelToken::kIdentifier) return bad(found(head.text, "identifier"));
  std::string wrong;
  for (const std::string& message : check_qualified_name(head.text)) {
    wrong += (wrong.empty() ? "" : "; ") + message;
  }
  if (!wrong.empty()) {
    // The reference has no path for the key and prints that as "<nil>".
    return bad("<nil>: Invalid value: " + quoted(head.text) + ": " + wrong);
  }
  out.key = head.text;
  const LabelToken next = peek_value().token;
  if (negated || next == LabelToken::kEnd || next == LabelToken::kComma) {
    out.op = negated ? LabelOperator::kDoesNotExist : LabelOperator::kExists;
    return out;
  }
  Result<LabelOperator> op = binary_operator();
  if (!op.ok()) return op.status();
  out.op = *op;
  const bool set = out.op == LabelOperator::kIn || out.op == LabelOperator::kNotIn;
  KUBUS_TRY(set ? values(out) : exact_value(out));
  std::sort(out.values.begin(), out.values.end());
  out.values.erase(std::unique(out.values.begin(), out.values.end()), out.values.end());
  KUBUS_TRY(check(out));
  return out;
}

Result<LabelOperator> Parser::binary_operator() {
  const LabelLexeme lexeme = take();
  switch (lexeme.token) {
    case LabelToken::kIn:
      return LabelOperator::kIn;
    case LabelToken::kNotIn:
      return LabelOperator::kNotIn;
    case LabelToken::kEquals:
      return LabelOperator::kEquals;
    case LabelToken::kDoubleEquals:
      return LabelOperator::kDoubleEquals;
    case LabelToken::kNotEquals:
      return LabelOperator::kNotEquals;
    case LabelToken::kGreaterThan:
      return LabelOperator::kGreaterThan;
    case LabelToken::kLessThan:
      return LabelOperator::kLessThan;
    default:
      return bad(found(lexeme.text, "in, notin, =, ==, !=, gt, lt"));
  }
}

Status Parser::values(LabelRequirement& out) {
  const LabelLexeme open = take_value();
  if (open.token != LabelToken::kOpen) {
    return bad("found '" + std::string(open.text) + "' expected: '('");
  }
  const LabelLexeme first = peek_value();
  if (first.token == LabelToken::kClose) {
    take_value();
    out.values.emplace_back();
    return {};
  }
  if (first.token != LabelToken::kIdentifier && first.token != LabelToken::kComma) {
    return bad(found(first.text, "',', ')' or identifier"));
  }
  KUBUS_TRY(value_list(out.values));
  take_value();
  return {};
}

// Stops before the closing parenthesis. A missing value between commas is the empty one.
Status Parser::value_list(std::vector<std::string>& out) {
  for (;;) {
    const LabelLexeme lexeme = take_value();
    if (lexeme.token == LabelToken::kIdentifier) {
      out.emplace_back(lexeme.text);
      const LabelLexeme next = peek_value();
      if (next.token == LabelToken::kClose) return {};
      if (next.token != LabelToken::kComma) return bad(found(next.text, "',' or ')'"));
    } else if (lexeme.token == LabelToken::kComma) {
      if (out.empty()) out.emplace_back();
      const LabelToken next = peek_value().token;
      if (next == LabelToken::kClose || next == LabelToken::kComma) out.emplace_back();
      if (next == LabelToken::kClose) return {};
    } else {
      return bad(found(lexeme.text, "',', or identifier"));
    }
  }
}

Status Parser::exact_value(LabelRequirement& out) {
  const LabelToken next = peek_value().token;
  if (next == LabelToken::kEnd || next == LabelToken::kComma) {
    out.values.emplace_back();
    return {};
  }
  const LabelLexeme lexeme = take_value();
  if (lexeme.token != LabelToken::kIdentifier) return bad(found(lexeme.text, "identifier"));
  out.values.emplace_back(lexeme.text);
  return {};
}

}  // namespace

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  Result<std::vector<LabelRequirement>> items = Parser(text).parse();
  if (!items.ok()) return items.status();
  return of(std::move(*items));
}

}  // namespace kubus::apiserver
