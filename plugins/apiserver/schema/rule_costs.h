// What the rules of one schema may cost together, told before there is an object to check.
//
// Thread safety: used by one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "validation/field_error.h"

namespace kubus::apiserver {

class RuleCosts {
 public:
  // `limited`: whether one expression alone may be too much. What is too much for all of them
  // together always is.
  RuleCosts(bool limited, ErrorList& errors) : limited_(limited), errors_(errors) {}

  // `name`: what the expression is called where it costs too much: "rule", "messageExpression".
  void add(const Path& at, const char* name, std::uint64_t cost);
  // `schema`: where the whole of it stands.
  void finish(const Path& schema);

 private:
  struct Cost {
    Path at;
    std::uint64_t cost;
  };

  const bool limited_;
  ErrorList& errors_;
  std::uint64_t total_ = 0;
  std::vector<Cost> highest_;  // in falling order
};

}  // namespace kubus::apiserver
