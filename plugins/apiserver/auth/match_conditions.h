// Match conditions of an authorization webhook: expressions over the SubjectAccessReview that must
// all hold before it is asked.
//
// Thread safety: immutable once compiled.
#pragma once

#include <string>
#include <vector>

#include "auth/identity.h"
#include "cel/program.h"
#include "kubus/status.h"
#include "request/request_info.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

class MatchConditions {
 public:
  // What is wrong with an expression is added to `errors`, below `path`[i].expression.
  static MatchConditions compile(const std::vector<std::string>& expressions, const Path& path,
                                 ErrorList& errors);

  bool empty() const { return programs_.empty(); }
  // kUnavailable: one of them could not be evaluated, and none says no.
  Result<bool> hold(const Identity& identity, const RequestInfo& info) const;

 private:
  std::vector<std::string> expressions_;
  std::vector<cel::Program> programs_;
};

}  // namespace kubus::apiserver
