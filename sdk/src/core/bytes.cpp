#include "kubus/bytes.h"

#include <algorithm>
#include <utility>

namespace kubus {

Bytes::Bytes(std::string&& text) {
  if (text.empty()) return;
  auto owner = std::make_shared<const std::string>(std::move(text));
  view_ = *owner;
  owner_ = std::move(owner);
}

Bytes Bytes::copy(std::string_view text) { return Bytes(std::string(text)); }

Bytes Bytes::share(std::shared_ptr<const void> owner, std::string_view view) {
  Bytes bytes;
  bytes.owner_ = std::move(owner);
  bytes.view_ = view;
  return bytes;
}

Bytes Bytes::slice(std::size_t offset, std::size_t count) const {
  offset = std::min(offset, view_.size());
  return share(owner_, view_.substr(offset, count));
}

}  // namespace kubus
