// OtherVersions: objects of a kind in the other versions in which others own fields of them.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::apiserver {

class FieldManager;

class OtherVersions {
 public:
  virtual ~OtherVersions() = default;
  // How owners are kept there; null: the kind has no such version any more.
  virtual const FieldManager* manager(const std::string& api_version) const = 0;
  // An object, whatever its version, in the version `api_version`, which there is.
  virtual Result<std::string> convert(std::string_view json,
                                      const std::string& api_version) const = 0;
};

}  // namespace kubus::apiserver
