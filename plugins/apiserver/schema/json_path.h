// JsonPath: the part of JSONPath that columns and subresources of custom resources use: fields,
// indexes, wildcards, and filters that compare with a constant.
//
// Thread safety: immutable once parsed.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

class JsonPath {
 public:
  // Nothing: the value itself.
  JsonPath() = default;
  // ".spec.replicas", ".status.conditions[?(@.type=='Ready')].status". kBadRequest says why not.
  static Result<JsonPath> parse(std::string_view text);

  // The first value found; null where there is none.
  const boost::json::value* find(const boost::json::value& root) const;
  bool is_plain() const;  // fields only
  // The names of a plain path.
  std::vector<std::string> names() const;

 private:
  struct Step {
    enum class Kind { kField, kIndex, kWildcard, kFilter, kDescend } kind = Kind::kField;
    std::string name;               // of a field
    std::int64_t index = 0;         // negative: from the end
    std::vector<std::string> left;  // of a filter: the field that is compared
    std::string comparison;         // "==", "!=", ...; empty: it is there
    boost::json::value right;
  };
  class Parser;

  const boost::json::value* find_from(const boost::json::value& value, std::size_t step) const;
  static bool passes(const boost::json::value& item, const Step& filter);
  const boost::json::value* descend(const boost::json::value& value, std::size_t step) const;

  std::vector<Step> steps_;
};

}  // namespace kubus::apiserver
