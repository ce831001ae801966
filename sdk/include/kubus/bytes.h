// Bytes: an immutable, reference-counted run of bytes that is shared instead of copied.
//
// Thread safety: a value; copies share the same memory and may be used from any thread. The memory
// and the code that frees it belong to libkubus, so Bytes may outlive the plugin that made them.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace kubus {

class Bytes {
 public:
  Bytes() = default;
  // Takes the string's memory; no copy.
  explicit Bytes(std::string&& text);
  static Bytes copy(std::string_view text);
  // A view of memory kept alive by `owner`, which must have been made by libkubus.
  static Bytes share(std::shared_ptr<const void> owner, std::string_view view);

  std::string_view view() const { return view_; }
  operator std::string_view() const { return view_; }  // NOLINT(google-explicit-constructor)
  const char* data() const { return view_.data(); }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  std::string str() const { return std::string(view_); }
  // The same memory, narrowed. `offset` and `count` are clamped to the size.
  Bytes slice(std::size_t offset, std::size_t count = std::string_view::npos) const;
  const std::shared_ptr<const void>& owner() const { return owner_; }

  friend bool operator==(const Bytes& a, const Bytes& b) { return a.view_ == b.view_; }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view view_;
};

}  // namespace kubus
