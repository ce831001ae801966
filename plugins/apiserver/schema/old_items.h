// What stood at the places of a list before, where that can be told: by key.
//
// Thread safety: immutable; the schema and the list it was made of outlive it.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <string>

#include "schema/schema.h"

namespace kubus::apiserver {

// What tells the items of a list of type map apart.
std::string item_key(const boost::json::object& item, const Schema& list);

class OldItems {
 public:
  OldItems(const boost::json::value* old, const Schema& list);
  // Null when there was none, or it cannot be told.
  const boost::json::value* find(const boost::json::value& item) const;

 private:
  const Schema& list_;
  std::map<std::string, const boost::json::value*> by_key_;
};

}  // namespace kubus::apiserver
