// Finds values in canonical JSON text without decoding it: skipping is much cheaper than reading.
//
// Thread safety: free functions. Views point into the text given. The text is JSON we wrote
// ourselves; on anything else the functions find nothing, they do not fail.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubus::apiserver {

// Walks the members of an object in their order.
class MemberScan {
 public:
  // `object` begins with '{' (nothing is found otherwise).
  explicit MemberScan(std::string_view object);
  // False at the end.
  bool next();
  std::string_view key() const { return key_; }      // between its quotes
  std::string_view value() const { return value_; }  // with its quotes, brackets, braces

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view key_;
  std::string_view value_;
};

// Walks the items of an array in their order.
class ItemScan {
 public:
  // `array` begins with '[' (nothing is found otherwise).
  explicit ItemScan(std::string_view array);
  // False at the end.
  bool next();
  std::string_view value() const { return value_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::string_view value_;
};

// The value at a path such as "spec.nodeName"; empty when there is none.
std::string_view json_at(std::string_view object, std::string_view path);
// The text of a JSON string without quotes and escapes, or a number or word as it stands.
std::string json_text(std::string_view value);
// The end of the value that begins at `at`; npos when the text is cut short.
std::size_t skip_json_value(std::string_view text, std::size_t at);

}  // namespace kubus::apiserver
