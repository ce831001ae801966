// References within OpenAPI v2 documents: "#/definitions/NAME" and "#/parameters/NAME".
//
// Thread safety: pure functions; a Closure is used by one thread.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <string>

namespace kubus::apiserver {

using Renames = std::map<std::string, std::string, std::less<>>;

struct Reference {
  const Renames& definitions;
  const Renames& parameters;
};

// Makes what refers to a member that has another name refer to that.
void rename_references(boost::json::value& value, const Reference& renames);

// The definitions and parameters that something refers to, and those that these refer to.
class Closure {
 public:
  Closure(const boost::json::object& definitions, const boost::json::object& parameters)
      : from_definitions_(definitions), from_parameters_(parameters) {}
  void follow(const boost::json::value& value);
  boost::json::object take_definitions() { return std::move(definitions_); }
  boost::json::object take_parameters() { return std::move(parameters_); }

 private:
  const boost::json::object& from_definitions_;
  const boost::json::object& from_parameters_;
  boost::json::object definitions_, parameters_;
};

}  // namespace kubus::apiserver
