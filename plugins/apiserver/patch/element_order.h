// The order of a merged list: elements named by the patch stand as the patch orders them, the
// others keep their live order, and the two are woven by live order as far as that is possible.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/array.hpp>
#include <string_view>

#include "kubus/status.h"

namespace kubus::apiserver {

// The value that tells elements apart: an element's merge key, or a scalar itself. Null where the
// element has no such key.
const boost::json::value* element_key(const boost::json::value& element,
                                      std::string_view merge_key);

// `wanted` lists the elements (or objects holding just their keys) in the order of the patch,
// `live` those of the object before the patch. An element of `merged` without its key is an error.
Result<boost::json::array> order_elements(boost::json::array merged,
                                          const boost::json::array& wanted,
                                          const boost::json::array& live,
                                          std::string_view merge_key);

// The error of an element that has no merge key.
Status no_merge_key(const boost::json::value& element, std::string_view merge_key);

}  // namespace kubus::apiserver
