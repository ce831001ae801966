// How the items of a list that is merged item by item are told apart.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "apply/atom.h"
#include "apply/path_element.h"

namespace kubus::apiserver {

// `list` is separate. `item` is canonical JSON. Nothing for an item that cannot be told apart.
std::optional<PathElement> item_element(const Atom& list, std::string_view item);
// The same of an item that is parsed; kBadRequest says why it cannot be told apart.
Result<PathElement> item_element(const Atom& list, const boost::json::value& item);

}  // namespace kubus::apiserver
