// The value types a configuration key can have, and the text forms they are written in.
//
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::kernel {

enum class ValueType { kString, kInt, kBool, kNumber, kDuration, kSize, kList };

Result<ValueType> value_type_from_name(std::string_view name);
std::string_view value_type_name(ValueType type);

// What a manifest or the kernel's own table says about one key.
struct KeySpec {
  std::string key;
  ValueType type = ValueType::kString;
  std::string default_text;  // canonical; a list has one value per line
  std::string unit;
  std::string help;
  bool reload = false;  // changeable at run time
  std::string words{};  // the only values of a kString, with commas; empty: any text
};

// The canonical text of one scalar of `type`, which is not kList; a message that says what was
// expected otherwise.
Result<std::string> canonical_value(ValueType type, std::string_view text);

// Without blanks at either end.
std::string_view trim(std::string_view text);

// "a, b" to {"a", "b"}: how a list is written where there is only one line (INI, --set,
// environment).
std::vector<std::string> split_list(std::string_view text);
std::string join(const std::vector<std::string>& parts, const std::string& separator);

}  // namespace kubus::kernel
