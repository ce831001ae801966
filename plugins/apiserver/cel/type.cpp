#include "cel/type.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace kubus::apiserver::cel {
namespace {

constexpr std::array<std::string_view, 18> kNames = {"!error!",
                                                     "null",
                                                     "bool",
                                                     "int",
                                                     "uint",
                                                     "double",
                                                     "string",
                                                     "bytes",
                                                     "list",
                                                     "map",
                                                     "google.protobuf.Timestamp",
                                                     "google.protobuf.Duration",
                                                     "type",
                                                     "optional_type",
                                                     "",
                                                     "dyn",
                                                     "",
                                                     ""};

constexpr std::string_view kReserved[] = {
    "true",     "false",   "null",      "in",       "as",  "break",  "const",
    "continue", "else",    "for",       "function", "if",  "import", "let",
    "loop",     "package", "namespace", "return",   "var", "void",   "while"};

TypePtr with_params(Kind kind, std::vector<TypePtr> params) {
  auto out = std::make_shared<Type>();
  out->kind = kind;
  out->params = std::move(params);
  return out;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

}  // namespace

std::string Type::text() const {
  // Go prints the two well-known types by what they are for the reader.
  if (kind == Kind::kTimestamp) return "timestamp";
  if (kind == Kind::kDuration) return "duration";
  std::string out = name.empty() ? std::string(kNames[static_cast<std::size_t>(kind)]) : name;
  if (params.empty()) return out;
  out += '(';
  for (const auto& one : params) out += (out.back() == '(' ? "" : ", ") + one->text();
  return out + ")";
}

TypePtr type_of(Kind kind) {
  static const auto all = [] {
    std::array<TypePtr, 18> out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      auto one = std::make_shared<Type>();
      one->kind = static_cast<Kind>(i);
      out[i] = one;
    }
    return out;
  }();
  return all[static_cast<std::size_t>(kind)];
}

TypePtr list_of(TypePtr item) { return with_params(Kind::kList, {std::move(item)}); }
TypePtr map_of(TypePtr key, TypePtr value) {
  return with_params(Kind::kMap, {std::move(key), std::move(value)});
}
TypePtr optional_of(TypePtr value) { return with_params(Kind::kOptional, {std::move(value)}); }
TypePtr type_of_type(TypePtr type) { return with_params(Kind::kType, {std::move(type)}); }

TypePtr object_type(std::string name, std::map<std::string, TypePtr, std::less<>> fields) {
  auto type = std::make_shared<Type>();
  type->kind = Kind::kObject;
  type->name = std::move(name);
  type->fields = std::move(fields);
  return type;
}

TypePtr opaque_type(std::string_view name) {
  auto out = std::make_shared<Type>();
  out->kind = Kind::kOpaque;
  out->name = name;
  return out;
}

bool same_type(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.name != b.name || a.params.size() != b.params.size()) return false;
  if (a.kind == Kind::kObject) return false;  // unnamed objects are the same only as one
  for (std::size_t i = 0; i < a.params.size(); ++i)
    if (!same_type(*a.params[i], *b.params[i])) return false;
  return true;
}

bool assignable(const TypePtr& wanted, const TypePtr& given, Bindings& bindings) {
  if (wanted->kind == Kind::kParam) {
    const auto bound = bindings.find(wanted->name);
    if (bound == bindings.end()) {
      bindings.emplace(wanted->name, given);
      return true;
    }
    const auto before = bound->second;
    if (assignable(before, given, bindings)) {
      // The more general of the two is what both are.
      if (given->kind == Kind::kDyn) bound->second = given;
      return true;
    }
    if (!assignable(given, before, bindings)) return false;
    bound->second = given;
    return true;
  }
  if (wanted->kind == Kind::kDyn || given->kind == Kind::kDyn || given->kind == Kind::kError ||
      wanted->kind == Kind::kError)
    return true;
  // Null goes for whatever is a message or wraps one.
  if (given->kind == Kind::kNull || wanted->kind == Kind::kNull) {
    const auto other = given->kind == Kind::kNull ? wanted->kind : given->kind;
    return other == Kind::kNull || other == Kind::kTimestamp || other == Kind::kDuration ||
           other == Kind::kObject || other == Kind::kOpaque || other == Kind::kOptional;
  }
  if (wanted->kind != given->kind) return false;
  if (wanted->kind == Kind::kType) return true;
  if (wanted->name != given->name || wanted->params.size() != given->params.size()) return false;
  if (wanted->kind == Kind::kObject) return wanted == given;
  for (std::size_t i = 0; i < wanted->params.size(); ++i)
    if (!assignable(wanted->params[i], given->params[i], bindings)) return false;
  return true;
}

TypePtr substitute(const TypePtr& type, const Bindings& bindings) {
  if (type->kind == Kind::kParam) {
    const auto bound = bindings.find(type->name);
    return bound == bindings.end() ? type_of(Kind::kDyn) : bound->second;
  }
  if (type->params.empty()) return type;
  auto out = std::make_shared<Type>(*type);
  for (auto& one : out->params) one = substitute(one, bindings);
  return out;
}

std::string escaped_name(std::string_view property) {
  if (std::find(std::begin(kReserved), std::end(kReserved), property) != std::end(kReserved))
    return "__" + std::string(property) + "__";
  if (property.empty() || !(is_letter(property[0]))) return {};
  std::string out;
  for (std::size_t i = 0; i < property.size(); ++i) {
    const char c = property[i];
    if (c == '_' && i + 1 < property.size() && property[i + 1] == '_') {
      out += "__underscores__";
      ++i;
    } else if (c == '.') {
      out += "__dot__";
    } else if (c == '-') {
      out += "__dash__";
    } else if (c == '/') {
      out += "__slash__";
    } else if (is_letter(c) || std::isdigit(static_cast<unsigned char>(c))) {
      out += c;
    } else {
      return {};
    }
  }
  return out;
}

void declare_field(Type& type, const std::string& property, TypePtr field) {
  const auto escaped = escaped_name(property);
  if (escaped.empty() || !field) return;
  type.fields[escaped] = std::move(field);
  if (escaped != property) type.written[escaped] = property;
}

}  // namespace kubus::apiserver::cel
