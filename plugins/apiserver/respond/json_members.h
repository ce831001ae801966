// Members of JSON objects that others are told of this server's requests with: audit events, reviews.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver {

inline boost::json::array strings(const std::vector<std::string>& texts) {
  boost::json::array list;
  for (const auto& text : texts) list.emplace_back(text);
  return list;
}

// Nothing where the text is empty.
inline void set_text(boost::json::object& object, std::string_view member,
                     const std::string& text) {
  if (!text.empty()) object[member] = text;
}

}  // namespace kubus::apiserver
