#include "cel/parser.h"

#include <algorithm>
#include <utility>

#include "kubus/api/utf8.h"

namespace kubus::apiserver::cel {
namespace {

struct Operator {
  std::string_view symbol;
  int strength;
  std::string_view function;
};
constexpr Operator kOperators[] = {
    {"||", 1, "_||_"}, {"&&", 2, "_&&_"}, {"<", 3, "_<_"},   {"<=", 3, "_<=_"}, {">", 3, "_>_"},
    {">=", 3, "_>=_"}, {"==", 3, "_==_"}, {"!=", 3, "_!=_"}, {"in", 3, "@in"},  {"+", 4, "_+_"},
    {"-", 4, "_-_"},   {"*", 5, "_*_"},   {"/", 5, "_/_"},   {"%", 5, "_%_"},
};

constexpr std::string_view kReservedNames[] = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

// What an operand may begin with, as errors list it.
std::string operands(std::string_view close = {}, std::string_view optional = {}) {
  return "{'[', '{', '(', " + std::string(close) + "'.', '-', '!', " + std::string(optional) +
         "'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
}

struct Stop {};  // the first syntax error ends the parse

class Parser {
 public:
  Parser(std::string_view text, std::vector<Fault>& faults, bool binds)
      : words_(split_words(text, faults)), faults_(faults), binds_(binds) {}

  ExprPtr run() {
    try {
      auto out = expression();
      if (word().kind != Token::Kind::kEnd)
        unexpected("<EOF>", word(1).kind == Token::Kind::kEnd);
      return out;
    } catch (const Stop&) {
      return nullptr;
    }
  }

 private:
  const Token& word(std::size_t ahead = 0) const {
    return words_[std::min(at_ + ahead, words_.size() - 1)];
  }
  bool is(std::string_view symbol) const {
    return word().text == symbol && word().kind != Token::Kind::kLiteral;
  }
  bool take(std::string_view symbol) {
    if (!is(symbol)) return false;
    ++at_;
    return true;
  }
  // One word too much or too little is told as that.
  void need(std::string_view symbol) {
    if (take(symbol)) return;
    const bool ends = word().kind == Token::Kind::kEnd;
    const auto wanted = "'" + std::string(symbol) + "'";
    if (word(1).text != symbol && (symbol == ":" ? starts_operand(word()) : ends))
      stop(word().position, "Syntax error: missing " + wanted + " at " + shown(word()));
    unexpected(wanted, word(1).text == symbol);
  }
  void need_next(std::string_view close) {
    if (take(",")) return;
    const auto wanted = "{'" + std::string(close) + "', ','}";
    unexpected(wanted, word(1).text == close || word(1).text == ",");
  }
  static bool starts_operand(const Token& token) {
    if (token.kind == Token::Kind::kLiteral) return true;
    if (token.kind == Token::Kind::kIdent) return token.text != "in";
    return token.kind == Token::Kind::kSymbol && token.text.size() == 1 &&
           std::string_view("[{(.-!").find(token.text) != std::string_view::npos;
  }
  static std::string shown(const Token& token) { return "'" + std::string(token.text) + "'"; }
  [[noreturn]] void stop(std::size_t at, std::string message) {
    faults_.push_back({at, std::move(message)});
    throw Stop();
  }
  // `extra`: without the word it would go on.
  [[noreturn]] void unexpected(const std::string& wanted, bool extra = false) {
    stop(word().position, std::string("Syntax error: ") + (extra ? "extraneous" : "mismatched") +
                              " input " + shown(word()) + " expecting " + wanted);
  }

  static ExprPtr make(Expr::Kind kind, std::size_t position, std::string name = {}) {
    auto out = std::make_unique<Expr>();
    out->kind = kind;
    out->position = position;
    out->name = std::move(name);
    return out;
  }
  template <class... Args>
  static ExprPtr call(std::size_t position, std::string_view function, Args... args) {
    auto out = make(Expr::Kind::kCall, position, std::string(function));
    (out->args.push_back(std::move(args)), ...);
    return out;
  }

  ExprPtr seal(ExprPtr out) {
    for (const auto& one : out->args)
      out->height = std::max<std::uint16_t>(out->height, one->height + 1);
    if (out->height > 4 * kMaxDepth) stop(out->position, "expression is nested too deep");
    return out;
  }

  // Counts how deep the parser stands for as long as it lives.
  struct Deeper {
    explicit Deeper(Parser& parser) : parser(parser) {
      if (++parser.depth_ > kMaxDepth)
        parser.stop(parser.word().position,
                    "expression recursion limit exceeded: " + std::to_string(kMaxDepth));
    }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };

  ExprPtr expression() {
    const Deeper deeper(*this);
    auto left = binary(1);
    const auto at = word().position;
    if (!take("?")) return left;
    auto out = make(Expr::Kind::kTernary, at);
    out->args.push_back(std::move(left));
    out->args.push_back(binary(1));
    need(":");
    out->args.push_back(expression());
    return seal(std::move(out));
  }

  const Operator* operator_here() const {
    if (word().kind != Token::Kind::kSymbol && word().text != "in") return nullptr;
    for (const auto& one : kOperators)
      if (one.symbol == word().text) return &one;
    return nullptr;
  }

  ExprPtr binary(int strength) {
    auto left = unary();
    for (const auto* found = operator_here(); found && found->strength >= strength;
         found = operator_here()) {
      const auto at = word().position;
      ++at_;
      auto right = binary(found->strength + 1);
      if (found->strength > 2) {
        left = seal(call(at, found->function, std::move(left), std::move(right)));
        continue;
      }
      const auto kind = found->strength == 1 ? Expr::Kind::kOr : Expr::Kind::kAnd;
      if (left->kind != kind) {
        auto both = make(kind, at, std::string(found->function));
        both->args.push_back(std::move(left));
        left = std::move(both);
      }
      left->args.push_back(std::move(right));
      left = seal(std::move(left));
    }
    return left;
  }

  ExprPtr unary() {
    const auto at = word().position;
    if (take("!")) return prefixed(at, "!_");
    if (!take("-")) return postfix(primary());
    if (word().kind == Token::Kind::kLiteral && word().position == at + 1 &&
        (word().literal.kind() == Kind::kInt || word().literal.kind() == Kind::kDouble)) {
      auto number = make(Expr::Kind::kLiteral, at);
      const auto& literal = word().literal;
      number->literal = literal.kind() == Kind::kDouble
                            ? Value::of(-literal.as_double())
                            : Value::of(static_cast<std::int64_t>(
                                  0 - static_cast<std::uint64_t>(literal.as_int())));
      ++at_;
      return postfix(std::move(number));
    }
    return prefixed(at, "-_");
  }

  ExprPtr prefixed(std::size_t at, std::string_view function) {
    const Deeper deeper(*this);
    return seal(call(at, function, unary()));
  }

  ExprPtr primary() {
    const auto& here = word();
    const auto at = here.position;
    if (here.kind == Token::Kind::kLiteral) {
      auto out = make(Expr::Kind::kLiteral, at);
      out->literal = here.literal;
      ++at_;
      return out;
    }
    if (take("(")) {
      auto out = expression();
      need(")");
      return out;
    }
    if (take("[")) return list(at);
    if (take("{")) return map(at);
    take(".");
    if (word().kind == Token::Kind::kIdent && !is("in")) return name();
    const bool negated = at_ > 0 && word().kind == Token::Kind::kEnd && words_[at_ - 1].text == "!";
    const auto wanted = std::exchange(wanted_, {});
    unexpected(wanted.empty() ? operands() : wanted, negated || starts_operand(word(1)));
  }

  ExprPtr name() {
    const auto& here = word();
    ++at_;
    auto out = make(Expr::Kind::kLiteral, here.position);
    if (here.text == "true" || here.text == "false") {
      out->literal = Value::of(here.text == "true");
      return out;
    }
    if (here.text == "null") return out;
    if (std::find(std::begin(kReservedNames), std::end(kReservedNames), here.text) !=
        std::end(kReservedNames))
      stop(here.position, "reserved identifier: " + std::string(here.text));
    out->kind = Expr::Kind::kIdent;
    out->name = here.text;
    const auto at = word().position;
    if (!take("(")) return out;
    out->kind = Expr::Kind::kCall;
    out->position = at;
    arguments(*out);
    return seal(expand_macro(std::move(out), binds_, faults_));
  }

  void arguments(Expr& out) {
    if (take(")")) return;
    expect(operands("')', "));
    do out.args.push_back(expression());
    while (take(","));
    need(")");
  }

  ExprPtr postfix(ExprPtr left) {
    for (;;) {
      const auto at = word().position;
      if (take(".")) {
        const bool optional = take("?");
        if (word().kind != Token::Kind::kIdent || is("in")) no_field(optional);
        auto out = make(Expr::Kind::kSelect, at, std::string(word().text));
        out->optional = optional;
        out->args.push_back(std::move(left));
        ++at_;
        const auto bracket = word().position;
        if (!optional && take("(")) {
          out->kind = Expr::Kind::kCall;
          out->member = true;
          out->position = bracket;
          arguments(*out);
          out = expand_macro(std::move(out), binds_, faults_);
        }
        left = seal(std::move(out));
      } else if (take("[")) {
        const bool optional = take("?");
        if (!optional) expect(operands({}, "'?', "));
        left = seal(call(at, optional ? "_[?_]" : "_[_]", std::move(left), expression()));
        need("]");
      } else {
        return left;
      }
    }
  }

  ExprPtr list(std::size_t at) {
    auto out = make(Expr::Kind::kList, at);
    while (!take("]")) {
      out->optional_at.push_back(take("?"));
      out->args.push_back(expression());
      if (!is("]")) need_next("]");
    }
    return seal(std::move(out));
  }

  ExprPtr map(std::size_t at) {
    auto out = make(Expr::Kind::kMap, at);
    while (!take("}")) {
      out->optional_at.push_back(take("?"));
      out->args.push_back(expression());
      need(":");
      out->args.push_back(expression());
      if (!is("}")) need_next("}");
    }
    return seal(std::move(out));
  }

  // What else may stand here than an operand, for the words of an error at once.
  void expect(std::string wanted) {
    if (!starts_operand(word())) wanted_ = std::move(wanted);
  }
  [[noreturn]] void no_field(bool optional) {
    if (!optional)
      stop(word().position, "Syntax error: no viable alternative at input '." +
                                (word().kind == Token::Kind::kEnd ? "" : std::string(word().text)) +
                                "'");
    faults_.push_back({word().position, "Syntax error: mismatched input " + shown(word()) +
                                            " expecting {IDENTIFIER, ESC_IDENTIFIER}"});
    stop(word().position, "unsupported ident kind");
  }

  std::vector<Token> words_;
  std::vector<Fault>& faults_;
  const bool binds_;
  std::string wanted_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

ExprPtr parse(std::string_view text, std::vector<Fault>& faults, bool binds) {
  if (text.size() > kMaxText) {
    faults.push_back(
        {0, "expression code point size exceeds limit: size: " + std::to_string(utf8_count(text)) +
                ", limit " + std::to_string(kMaxText)});
    return nullptr;
  }
  auto out = Parser(text, faults, binds).run();
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.position < b.position; });
  return faults.empty() ? std::move(out) : nullptr;
}

}  // namespace kubus::apiserver::cel
