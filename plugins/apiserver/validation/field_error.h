// FieldError: one thing that is wrong with one field of an object, worded as Kubernetes words it.
//
// Thread safety: values; ErrorList is used by one thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "validation/names.h"

namespace kubus::apiserver {

enum class FieldErrorType : std::uint8_t {
  kRequired,
  kInvalid,
  kNotSupported,
  kDuplicate,
  kForbidden,
  kTooLong,
  kTooMany,
  kNotFound,
  kInternal,
  kTypeInvalid,
};

// "FieldValueInvalid", the reason of a status cause.
std::string_view cause_reason(FieldErrorType type);

struct FieldError {
  FieldErrorType type = FieldErrorType::kInvalid;
  std::string path;
  // As it is printed: a quoted string, a number, or JSON. Empty for the types that show no value.
  std::string bad_value;
  std::string detail;

  // "Invalid value: "x": must be ...", without the path.
  std::string body() const;
  // "path: body".
  std::string to_string() const;
};

// A text as Go's %q and JSON print it.
std::string quoted(std::string_view text);

// The path of a field, grown step by step: Path("spec").child("ports").index(0) is
// "spec.ports[0]".
class Path {
 public:
  Path() = default;
  // An empty root is the object as a whole, which is printed as "[]".
  explicit Path(std::string_view root) : text_(root.empty() ? "[]" : root) {}

  Path child(std::string_view name) const;
  Path index(std::size_t position) const;
  Path index(int position) const { return index(static_cast<std::size_t>(position)); }
  Path key(std::string_view key) const;
  const std::string& str() const { return text_; }

 private:
  std::string text_;
};

// Collects errors in the order they are found.
class ErrorList {
 public:
  void required(const Path& path, std::string_view detail = {});
  void invalid(const Path& path, std::string_view value, std::string_view detail);
  void invalid(const Path& path, std::int64_t value, std::string_view detail);
  // `json` is printed as it is.
  void invalid_json(const Path& path, std::string json, std::string_view detail);
  // Without the value.
  void invalid_unseen(const Path& path, std::string_view detail);
  // One error for each message.
  void invalid_each(const Path& path, std::string_view value, const Messages& messages);
  void invalid_each(const Path& path, std::int64_t value, const Messages& messages);
  // The values are listed in the order in which they are given.
  void not_supported(const Path& path, std::string_view value,
                     std::initializer_list<std::string_view> supported);
  void not_supported(const Path& path, std::string_view value,
                     const std::vector<std::string_view>& supported);
  void not_supported_json(const Path& path, std::string json,
                          std::initializer_list<std::string_view> supported);
  void duplicate(const Path& path, std::string_view value);
  void duplicate_json(const Path& path, std::string json, std::string_view detail = {});
  void forbidden(const Path& path, std::string_view detail);
  void too_long(const Path& path, std::size_t max_bytes);
  void too_many(const Path& path, std::size_t actual, std::size_t max);
  void not_found(const Path& path, std::string_view value, std::string_view detail = {});
  void add(FieldError error) { errors_.push_back(std::move(error)); }
  void append(ErrorList other);

  bool empty() const { return errors_.empty(); }
  std::size_t size() const { return errors_.size(); }
  const std::vector<FieldError>& errors() const& { return errors_; }
  const std::vector<FieldError>& errors() const&& = delete;  // of a list that is gone at once

 private:
  std::vector<FieldError> errors_;
};

// The errors as one text: a single error stands alone, several are "[a, b]", and a repeated one
// is named once.
std::string join_errors(const std::vector<FieldError>& errors);
inline std::string join_errors(const ErrorList& list) { return join_errors(list.errors()); }

}  // namespace kubus::apiserver
