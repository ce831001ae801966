#include "selector/field_selector.h"

#include <algorithm>
#include <optional>

#include "kubus/api/utf8.h"

namespace kubus::apiserver {
namespace {

Status bad(std::string message) { return {Code::kBadRequest, std::move(message)}; }

// Splits at commas that no backslash escapes.
std::vector<std::string_view> split_terms(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      out.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  if (!text.empty()) out.push_back(text.substr(start));
  return out;
}

Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ',' || c == '=') {
      // The reference prints the character's number.
      return bad("invalid field selector: unescaped character in value: " +
                 std::to_string(static_cast<int>(c)));
    }
    if (c != '\\') {
      out += c;
      continue;
    }
    if (++i == text.size() || std::string_view("\\,=").find(text[i]) == std::string_view::npos) {
      const auto escaped = i == text.size() ? 0 : std::max<std::size_t>(utf8_length(text, i), 1);
      return bad("invalid field selector: invalid escape sequence: " +
                 std::string(text.substr(i - 1, 1 + escaped)));
    }
    out += text[i];
  }
  return out;
}

struct SplitTerm {
  std::string_view field;
  std::string_view value;
  bool negated;
};

std::optional<SplitTerm> split_term(std::string_view term) {
  for (std::size_t i = 0; i < term.size(); ++i) {
    const std::string_view rest = term.substr(i);
    if (rest.starts_with("!=")) return SplitTerm{term.substr(0, i), rest.substr(2), true};
    if (rest.starts_with("==")) return SplitTerm{term.substr(0, i), rest.substr(2), false};
    if (rest.starts_with("=")) return SplitTerm{term.substr(0, i), rest.substr(1), false};
  }
  return std::nullopt;
}

void append_escaped(std::string& out, std::string_view value) {
  for (char c : value) {
    if (c == '\\' || c == ',' || c == '=') out += '\\';
    out += c;
  }
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  std::vector<std::string_view> parts = split_terms(text);
  std::sort(parts.begin(), parts.end());
  FieldSelector out;
  for (std::string_view part : parts) {
    if (part.empty()) continue;
    const std::optional<SplitTerm> term = split_term(part);
    if (!term) {
      return bad("invalid selector: '" + std::string(text) + "'; can't understand '" +
                 std::string(part) + "'");
    }
    Result<std::string> value = unescape(term->value);
    if (!value.ok()) return value.status();
    if (term->field.empty() && value->empty()) continue;  // "=" asks for nothing
    out.terms_.push_back({std::string(term->field), std::move(*value), term->negated});
  }
  return out;
}

FieldSelector FieldSelector::of(std::vector<FieldTerm> terms) {
  FieldSelector out;
  out.terms_ = std::move(terms);
  return out;
}

bool FieldSelector::matches(const google::protobuf::Message& object) const {
  return matches_values([&](std::string_view field) { return selectable_value(object, field); });
}

FieldSelector FieldSelector::of_names() const {
  FieldSelector out;
  for (const FieldTerm& term : terms_)
    if (term.field == "metadata.name" || term.field == "metadata.namespace")
      out.terms_.push_back(term);
  return out;
}

const std::string* FieldSelector::exact(std::string_view field) const {
  for (const FieldTerm& term : terms_) {
    if (!term.negated && term.field == field) return &term.value;
  }
  return nullptr;
}

void FieldSelector::rename(std::string_view (*name)(std::string_view field)) {
  for (FieldTerm& term : terms_) term.field = name(term.field);
}

std::string FieldSelector::to_string() const {
  std::string out;
  for (const FieldTerm& term : terms_) {
    if (!out.empty()) out += ',';
    out.append(term.field).append(term.negated ? "!=" : "=");
    append_escaped(out, term.value);
  }
  return out;
}

}  // namespace kubus::apiserver
