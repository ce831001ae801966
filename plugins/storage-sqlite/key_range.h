// KeyRange: the keys that a request means, in the contract's three spellings.
//
// Thread safety: an immutable value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kubus::storage_sqlite {

inline constexpr std::size_t kMaxKeyBytes = 4096;

class KeyRange {
 public:
  // As in storage.proto: an empty `range_end` means `key` alone, "\0" everything from `key` on.
  KeyRange(std::string_view key, std::string_view range_end) : from_(key) {
    if (range_end.empty())
      to_ = from_ + '\0';
    else if (range_end == std::string_view("\0", 1))
      to_.assign(kMaxKeyBytes + 1, '\xff');  // no key is as long, so every key is below it
    else
      to_ = range_end;
  }

  const std::string& from() const { return from_; }
  const std::string& to() const { return to_; }  // exclusive
  bool contains(std::string_view key) const { return key >= from_ && key < to_; }

 private:
  std::string from_;
  std::string to_;
};

}  // namespace kubus::storage_sqlite
