#include "validation/field_error.h"

#include <unordered_set>

namespace kubus::apiserver {
namespace {

struct TypeWords {
  std::string_view reason;
  std::string_view text;
};

constexpr TypeWords kWords[] = {
    {"FieldValueRequired", "Required value"},
    {"FieldValueInvalid", "Invalid value"},
    {"FieldValueNotSupported", "Unsupported value"},
    {"FieldValueDuplicate", "Duplicate value"},
    {"FieldValueForbidden", "Forbidden"},
    {"FieldValueTooLong", "Too long"},
    {"FieldValueTooMany", "Too many"},
    {"FieldValueNotFound", "Not found"},
    {"InternalError", "Internal error"},
    {"FieldValueTypeInvalid", "Invalid value"},
};

const TypeWords& words(FieldErrorType type) { return kWords[static_cast<std::size_t>(type)]; }

template <class List>
std::string supported_detail(const List& supported) {
  std::string out;
  for (std::string_view value : supported) {
    out += out.empty() ? "supported values: " : ", ";
    out += quoted(value);
  }
  return out;
}

}  // namespace

std::string_view cause_reason(FieldErrorType type) { return words(type).reason; }

std::string FieldError::body() const {
  std::string out(words(type).text);
  if (!bad_value.empty()) out.append(": ").append(bad_value);
  if (!detail.empty()) out.append(": ").append(detail);
  return out;
}

std::string FieldError::to_string() const { return path + ": " + body(); }

std::string quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kEscaped = "\"\\\a\b\f\n\r\t\v", kNames = "\"\\abfnrtv";
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const auto at = kEscaped.find(c); at != std::string_view::npos)
      out.append({'\\', kNames[at]});
    else if (byte < 0x20 || byte == 0x7f)
      out.append("\\x").append({kHex[byte >> 4], kHex[byte & 15]});
    else
      out += c;
  }
  return out + '"';
}

Path Path::child(std::string_view name) const {
  Path out;
  out.text_.reserve(text_.size() + 1 + name.size());
  out.text_ = text_;
  if (!text_.empty()) out.text_ += '.';
  out.text_ += name;
  return out;
}

Path Path::index(std::size_t position) const {
  Path out;
  out.text_ = text_ + '[' + std::to_string(position) + ']';
  return out;
}

Path Path::key(std::string_view key) const {
  Path out;
  out.text_ = text_;
  out.text_.append("[").append(key).append("]");
  return out;
}

void ErrorList::required(const Path& path, std::string_view detail) {
  add({FieldErrorType::kRequired, path.str(), {}, std::string(detail)});
}

void ErrorList::invalid(const Path& path, std::string_view value, std::string_view detail) {
  add({FieldErrorType::kInvalid, path.str(), quoted(value), std::string(detail)});
}

void ErrorList::invalid(const Path& path, std::int64_t value, std::string_view detail) {
  add({FieldErrorType::kInvalid, path.str(), std::to_string(value), std::string(detail)});
}

void ErrorList::invalid_json(const Path& path, std::string json, std::string_view detail) {
  add({FieldErrorType::kInvalid, path.str(), std::move(json), std::string(detail)});
}

void ErrorList::invalid_unseen(const Path& path, std::string_view detail) {
  add({FieldErrorType::kInvalid, path.str(), {}, std::string(detail)});
}

void ErrorList::invalid_each(const Path& path, std::string_view value, const Messages& messages) {
  for (const std::string& message : messages) invalid(path, value, message);
}

void ErrorList::invalid_each(const Path& path, std::int64_t value, const Messages& messages) {
  for (const std::string& message : messages) invalid(path, value, message);
}

void ErrorList::not_supported(const Path& path, std::string_view value,
                              std::initializer_list<std::string_view> supported) {
  add({FieldErrorType::kNotSupported, path.str(), quoted(value), supported_detail(supported)});
}

void ErrorList::not_supported(const Path& path, std::string_view value,
                              const std::vector<std::string_view>& supported) {
  add({FieldErrorType::kNotSupported, path.str(), quoted(value), supported_detail(supported)});
}

void ErrorList::not_supported_json(const Path& path, std::string json,
                                   std::initializer_list<std::string_view> supported) {
  add({FieldErrorType::kNotSupported, path.str(), std::move(json), supported_detail(supported)});
}

void ErrorList::duplicate(const Path& path, std::string_view value) {
  add({FieldErrorType::kDuplicate, path.str(), quoted(value), {}});
}

void ErrorList::duplicate_json(const Path& path, std::string json, std::string_view detail) {
  add({FieldErrorType::kDuplicate, path.str(), std::move(json), std::string(detail)});
}

void ErrorList::forbidden(const Path& path, std::string_view detail) {
  add({FieldErrorType::kForbidden, path.str(), {}, std::string(detail)});
}

void ErrorList::too_long(const Path& path, std::size_t max_bytes) {
  add({FieldErrorType::kTooLong,
       path.str(),
       {},
       "may not be more than " + std::to_string(max_bytes) + " bytes"});
}

void ErrorList::too_many(const Path& path, std::size_t actual, std::size_t max) {
  add({FieldErrorType::kTooMany, path.str(), std::to_string(actual),
       "must have at most " + std::to_string(max) + (max == 1 ? " item" : " items")});
}

void ErrorList::not_found(const Path& path, std::string_view value, std::string_view detail) {
  add({FieldErrorType::kNotFound, path.str(), quoted(value), std::string(detail)});
}

void ErrorList::append(ErrorList other) {
  for (FieldError& error : other.errors_) errors_.push_back(std::move(error));
}

std::string join_errors(const std::vector<FieldError>& errors) {
  if (errors.empty()) return {};
  if (errors.size() == 1) return errors[0].to_string();
  std::unordered_set<std::string> seen;
  std::string out;
  for (const FieldError& error : errors) {
    std::string text = error.to_string();
    if (seen.contains(text)) continue;
    if (!out.empty()) out += ", ";
    out += text;
    seen.insert(std::move(text));
  }
  return seen.size() == 1 ? out : "[" + out + "]";
}

}  // namespace kubus::apiserver
