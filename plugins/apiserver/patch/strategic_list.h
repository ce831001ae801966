// Merging of lists in a strategic merge patch.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <string_view>

#include "kubus/status.h"

namespace kubus::apiserver {

inline constexpr std::string_view kPatchDirective = "$patch";

// Merges an element of the patch into the live element with the same key.
using MergeElement = std::function<Status(boost::json::object& live, boost::json::object patch)>;

// `live` with the elements of `patch` merged in, in the order that order_elements() defines.
// Elements of the patch may carry $patch: delete or replace.
Result<boost::json::array> merge_list(boost::json::array live, boost::json::array patch,
                                      std::string_view merge_key, const MergeElement& merge);

// Where the elements of `live` stand for an order that comes with `patch`: what the patch adds takes
// the room of what it deletes, as in the reference, which merges in place.
boost::json::array live_places(const boost::json::array& live, const boost::json::array& patch,
                               std::string_view merge_key);

// `live` without the scalars that `doomed` lists.
boost::json::array without_scalars(const boost::json::array& live,
                                   const boost::json::array& doomed);

// Whether the elements of the patch come in the order of `wanted`, which may have more.
Status check_order(const boost::json::array& patch, const boost::json::array& wanted,
                   std::string_view merge_key);

// Drops directives, which mean nothing in a value that is new. False when the value itself is one.
bool strip_directives(boost::json::value& value);

}  // namespace kubus::apiserver
