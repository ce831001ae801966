// Parts of the OCI specification; private to spec*.cpp, the only users of Boost.JSON here.
#pragma once

#include <boost/json.hpp>
#include <set>
#include <string>

#include "spec.h"

namespace kubus::runtime_oci {

boost::json::array spec_mounts(const SpecInput& input);
// "private", "rslave" or "rshared": what the mounts' propagation asks of the root.
std::string spec_root_propagation(const SpecInput& input);
Result<boost::json::object> spec_linux(const SpecInput& input);

}  // namespace kubus::runtime_oci
