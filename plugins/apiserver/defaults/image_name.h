// The tag of an image reference.
//
// Thread safety: pure functions.
#pragma once

#include <string_view>

namespace kubus::apiserver {

// "latest" where the reference has neither tag nor digest, "" where it has only a digest. The view
// borrows from `reference` or is constant.
constexpr std::string_view image_tag(std::string_view reference) {
  const std::size_t digest = reference.find('@');
  const std::string_view name = reference.substr(0, digest);
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.rfind(':');
  const bool tagged =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  if (tagged) return name.substr(colon + 1);
  return digest == std::string_view::npos ? "latest" : "";
}

}  // namespace kubus::apiserver
