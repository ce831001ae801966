// SubjectAccessReviews: what another server is asked about a request, and what it answers.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "auth/authorizer.h"

namespace kubus::apiserver {

// The question as it is posted; `version`: v1 or v1beta1.
std::string access_review_json(const std::string& version, const Identity& identity,
                               const RequestInfo& info);
// Its spec with all members but those of the other kind of request, also where they are empty: as
// the expressions of match conditions see it.
boost::json::object access_review_spec(const Identity& identity, const RequestInfo& info);
// What the answer means.
Decision read_access_review(const boost::json::object& review);

}  // namespace kubus::apiserver
