#include "schema/json_path.h"

#include <boost/json.hpp>
#include <charconv>

namespace kubus::apiserver {

namespace json = boost::json;

class JsonPath::Parser {
 public:
  // `inner`: of a filter, which may have none itself.
  Parser(std::string_view text, bool inner) : text_(text), inner_(inner) {}

  Result<JsonPath> run() {
    JsonPath path;
    if (text_.starts_with('{') && text_.ends_with('}')) text_ = text_.substr(1, text_.size() - 2);
    if (text_.starts_with('$')) ++at_;
    while (at_ < text_.size()) {
      Step step;
      if (text_[at_] == '.') {
        ++at_;
        if (peek('.')) {
          ++at_;
          step.kind = Step::Kind::kDescend;
          path.steps_.push_back(step);
          step = {};
        }
        if (at_ == text_.size() || peek('[')) continue;
        step.name = word();
        if (step.name.empty()) return bad("unexpected end of path");
        if (step.name == "*") step.kind = Step::Kind::kWildcard;
      } else if (text_[at_] == '[') {
        KUBUS_TRY(bracket(step));
      } else {
        return bad("unrecognized character in action: U+00" + hex(text_[at_]) + " '" +
                   std::string(1, text_[at_]) + "'");
      }
      path.steps_.push_back(std::move(step));
    }
    return path;
  }

 private:
  static Status bad(std::string why) { return Status(Code::kBadRequest, std::move(why)); }
  static std::string hex(char c) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    return {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }

  std::string word() {
    std::string out;
    while (at_ < text_.size() && text_[at_] != '.' && text_[at_] != '[' && text_[at_] != ' ') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out.push_back(text_[at_++]);
    }
    return out;
  }

  // The end of the bracket that begins at at_, brackets and quotes within it skipped.
  std::size_t closing() const {
    int depth = 0;
    char quote = 0;
    for (auto i = at_; i < text_.size(); ++i) {
      if (quote) {
        if (text_[i] == '\\')
          ++i;
        else if (text_[i] == quote)
          quote = 0;
      } else if (text_[i] == '\'' || text_[i] == '"') {
        quote = text_[i];
      } else if (text_[i] == '[') {
        ++depth;
      } else if (text_[i] == ']' && --depth == 0) {
        return i;
      }
    }
    return std::string_view::npos;
  }

  Status bracket(Step& step) {
    const auto end = closing();
    if (end == std::string_view::npos) return bad("unterminated array");
    auto inner = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (inner == "*") {
      step.kind = Step::Kind::kWildcard;
      return {};
    }
    if (inner.starts_with("?(") && inner.ends_with(")"))
      return inner_ ? bad("a filter may compare fields only")
                    : filter(inner.substr(2, inner.size() - 3), step);
    if (inner.size() >= 2 && (inner.front() == '\'' || inner.front() == '"')) {
      step.name = unquote(inner);
      return {};
    }
    step.kind = Step::Kind::kIndex;
    const auto [read, error] =
        std::from_chars(inner.data(), inner.data() + inner.size(), step.index);
    if (error != std::errc() || read != inner.data() + inner.size())
      return bad("invalid array index " + std::string(inner));
    return {};
  }

  static std::string unquote(std::string_view text) {
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      if (text[i] == '\\' && i + 2 < text.size()) ++i;
      out.push_back(text[i]);
    }
    return out;
  }

  static std::string_view trim(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
  }

  static Status filter(std::string_view text, Step& step) {
    step.kind = Step::Kind::kFilter;
    auto left = text;
    for (const char* comparison : {"==", "!=", "<=", ">=", "<", ">"}) {
      const auto at = text.find(comparison);
      if (at == std::string_view::npos) continue;
      step.comparison = comparison;
      left = text.substr(0, at);
      const auto right = trim(text.substr(at + step.comparison.size()));
      if (right.starts_with('\'') || right.starts_with('"')) {
        step.right = unquote(right);
      } else {
        boost::system::error_code error;
        step.right = json::parse({right.data(), right.size()}, error);
        if (error) return bad("unrecognized identifier " + std::string(right));
      }
      break;
    }
    left = trim(left);
    if (!left.starts_with('@')) return bad("a filter must begin with @");
    auto path = Parser(left.substr(1), true).run();
    if (!path.ok()) return path.status();
    if (!path->is_plain()) return bad("a filter may compare fields only");
    step.left = path->names();
    return {};
  }

  std::string_view text_;
  const bool inner_;
  std::size_t at_ = 0;
};

Result<JsonPath> JsonPath::parse(std::string_view text) { return Parser(text, false).run(); }

bool JsonPath::is_plain() const {
  for (const auto& step : steps_)
    if (step.kind != Step::Kind::kField) return false;
  return true;
}

std::vector<std::string> JsonPath::names() const {
  std::vector<std::string> out;
  for (const auto& step : steps_) out.push_back(step.name);
  return out;
}

bool JsonPath::passes(const json::value& item, const Step& filter) {
  const json::value* value = &item;
  for (const auto& name : filter.left) {
    value = value->is_object() ? value->get_object().if_contains(name) : nullptr;
    if (!value) return false;
  }
  if (filter.comparison.empty()) return true;
  if (filter.comparison == "==") return *value == filter.right;
  if (filter.comparison == "!=") return *value != filter.right;
  if (!value->is_number() || !filter.right.is_number()) return false;
  const double a = value->to_number<double>();
  const double b = filter.right.to_number<double>();
  if (filter.comparison == "<") return a < b;
  if (filter.comparison == "<=") return a <= b;
  return filter.comparison == ">" ? a > b : a >= b;
}

const json::value* JsonPath::descend(const json::value& value, std::size_t step) const {
  if (const auto* found = find_from(value, step)) return found;
  const json::value* found = nullptr;
  if (const auto* object = value.if_object())
    for (auto at = object->begin(); !found && at != object->end(); ++at)
      found = descend(at->value(), step);
  if (const auto* array = value.if_array())
    for (auto at = array->begin(); !found && at != array->end(); ++at) found = descend(*at, step);
  return found;
}

const json::value* JsonPath::find_from(const json::value& value, std::size_t at) const {
  if (at == steps_.size()) return &value;
  const auto& step = steps_[at];
  const auto* object = value.if_object();
  const auto* array = value.if_array();
  switch (step.kind) {
    case Step::Kind::kField: {
      const auto* member = object ? object->if_contains(step.name) : nullptr;
      return member ? find_from(*member, at + 1) : nullptr;
    }
    case Step::Kind::kIndex: {
      const auto size = static_cast<std::int64_t>(array ? array->size() : 0);
      const auto index = step.index < 0 ? step.index + size : step.index;
      return index < 0 || index >= size
                 ? nullptr
                 : find_from((*array)[static_cast<std::size_t>(index)], at + 1);
    }
    case Step::Kind::kDescend:
      return descend(value, at + 1);
    case Step::Kind::kWildcard:
    case Step::Kind::kFilter:
      break;
  }
  const bool all = step.kind == Step::Kind::kWildcard;
  if (object && all)
    for (const auto& member : *object)
      if (const auto* found = find_from(member.value(), at + 1)) return found;
  if (array)
    for (const auto& item : *array)
      if (all || passes(item, step))
        if (const auto* found = find_from(item, at + 1)) return found;
  return nullptr;
}

const json::value* JsonPath::find(const json::value& root) const { return find_from(root, 0); }

}  // namespace kubus::apiserver
