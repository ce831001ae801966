#include "reader.h"

#include <charconv>
#include <utility>

#include "special.h"
#include "text.h"

namespace kubus::json {
namespace {

constexpr std::size_t kMaxStrictErrors = 100;

}  // namespace

Status Reader::finish(std::vector<std::string>* collect) {
  scanner_.finish();
  if (scanner_.failed()) return Status(Code::kBadRequest, scanner_.error());
  if (!error_.empty()) return Status(Code::kBadRequest, error_);
  if (collect) {
    *collect = std::move(strict_errors_);
  } else if (!strict_errors_.empty()) {
    return Status(Code::kBadRequest, strict_message());
  }
  return {};
}

bool Reader::text_value(std::string& out, const Place& place, std::string_view go) {
  char c = scanner_.peek();
  if (c == '"') {
    std::string_view text;
    if (!scanner_.string(text, out)) return false;
    if (text.data() != out.data()) out = text;
    return true;
  }
  if (c == 'n') return scanner_.literal("null");
  mismatch(go, &place);
  return false;
}

bool Reader::bytes_value(std::string& out, const Place& place) {
  std::string text;
  std::size_t offset = 0;
  if (!text_value(text, place, "[]uint8")) return false;
  if (decode_base64(text, out, offset)) return true;
  error("illegal base64 data at input byte " + std::to_string(offset));
  return false;
}

bool Reader::bool_value(bool& out, const Place& place) {
  char c = scanner_.peek();
  out = c == 't';
  if (c == 't' || c == 'f') return scanner_.literal(out ? "true" : "false");
  mismatch("bool", &place);
  return false;
}

template <class Number>
bool Reader::number_value(Number& out, const Place& place, std::string_view go) {
  std::string_view text;
  if (!number_text(text, place, go)) return false;
  const char* end = text.data() + text.size();
  auto [read, problem] = std::from_chars(text.data(), end, out);
  if (problem == std::errc() && read == end) return true;
  error(mismatch_text("number " + std::string(text), go, &place));
  return false;
}

bool Reader::int_value(std::int32_t& out, const Place& place) {
  return number_value(out, place, "int32");
}

bool Reader::int_value(std::int64_t& out, const Place& place) {
  return number_value(out, place, "int64");
}

bool Reader::double_value(double& out, const Place& place) {
  return number_value(out, place, "float64");
}

bool Reader::number_text(std::string_view& text, const Place& place, std::string_view go) {
  char c = scanner_.peek();
  if (c == '-' || (c >= '0' && c <= '9')) return scanner_.number(text);
  mismatch(go, &place);
  return false;
}

void Reader::mismatch(std::string_view go, const Place* place) {
  std::string_view word = value_word(scanner_.peek());
  if (scanner_.skip_value()) error(mismatch_text(word, go, place));
}

void Reader::error(std::string message) {
  if (error_.empty()) error_ = std::move(message);
}

std::string Reader::mismatch_text(std::string_view value, std::string_view go, const Place* place) {
  std::string out = "json: cannot unmarshal " + std::string(value) + " into Go ";
  std::string path;
  const MessageInfo* owner = nullptr;
  for (const Place* p = place; p; p = p->outer) {
    if (!p->field) continue;
    if (!owner) owner = p->owner;
    std::string step;
    for (const FieldInfo* inlined : p->path->path) step += inlined->message->kind + ".";
    step += p->name;
    path = path.empty() ? step : step + "." + path;
  }
  out += owner ? "struct field " + owner->kind + "." + path : "value";
  return out + " of type " + std::string(go);
}

void Reader::strict_error(std::string_view what, const Place& place) {
  if (strict_errors_.size() >= kMaxStrictErrors) return;
  std::string path;
  for (const Place* p = &place; p; p = p->outer) {
    std::string step = p->index >= 0 ? "[" + std::to_string(p->index) + "]" : std::string(p->name);
    if (!path.empty() && path[0] != '[') step += '.';
    path = step + path;
  }
  std::string message = std::string(what) + " field \"" + path + "\"";
  if (strict_seen_.insert(message).second) strict_errors_.push_back(std::move(message));
}

std::string Reader::strict_message() const {
  std::string out = "strict decoding error: ";
  for (const std::string& message : strict_errors_) {
    if (&message != strict_errors_.data()) out += ", ";
    out += message;
  }
  return out;
}

std::string go_type(const FieldInfo& field, bool element) {
  std::string base;
  switch (field.type) {
    case FieldType::kString:
      base = "string";
      break;
    case FieldType::kBytes:
      base = "[]uint8";
      break;
    case FieldType::kBool:
      base = "bool";
      break;
    case FieldType::kInt32:
      base = "int32";
      break;
    case FieldType::kInt64:
      base = "int64";
      break;
    case FieldType::kDouble:
      base = "float64";
      break;
    case FieldType::kMessage:
      base = field.message->go_name;
      break;
  }
  if (element || field.shape == FieldShape::kSingle) return base;
  if (field.shape == FieldShape::kList) return "[]" + base;
  return base == "resource.Quantity" ? "v1.ResourceList" : "map[string]" + base;
}

}  // namespace kubus::json
