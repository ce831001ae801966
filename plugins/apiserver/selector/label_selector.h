// LabelSelector: the requirements of a labelSelector query parameter, parsed once and matched
// against many objects.
//
// Thread safety: a value; a const selector may be shared between threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

using Label = std::pair<std::string_view, std::string_view>;
// Sorted by key; the views borrow from the object.
using LabelMap = std::span<const Label>;

// The value of `key`, or null where the map has no such key.
const std::string_view* find_label(LabelMap labels, std::string_view key);

enum class LabelOperator : std::uint8_t {
  kEquals,
  kDoubleEquals,
  kNotEquals,
  kIn,
  kNotIn,
  kExists,
  kDoesNotExist,
  kGreaterThan,
  kLessThan,
};

struct LabelRequirement {
  std::string key;
  LabelOperator op = LabelOperator::kExists;
  // Sorted, each once.
  std::vector<std::string> values;

  bool matches(LabelMap labels) const;
};

class LabelSelector {
 public:
  // Matches everything.
  LabelSelector() = default;

  // kubectl's syntax: "a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2". The error's code is
  // BadRequest and its message the one Kubernetes gives. An empty text matches everything.
  static Result<LabelSelector> parse(std::string_view text);
  // From requirements that are already checked, as those of a meta/v1 LabelSelector.
  static LabelSelector of(std::vector<LabelRequirement> requirements);
  static LabelSelector nothing();

  bool matches(LabelMap labels) const;
  // Whether every object matches.
  bool empty() const { return !nothing_ && requirements_.empty(); }
  const std::vector<LabelRequirement>& requirements() const { return requirements_; }
  // The canonical text, requirements sorted by key.
  std::string to_string() const;

 private:
  std::vector<LabelRequirement> requirements_;
  bool nothing_ = false;
};

}  // namespace kubus::apiserver
