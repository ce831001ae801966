// The parameters of a list or a watch, as the cache understands them.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "registry/call.h"

namespace kubus::apiserver {

// Selectors, namespace and name of the call. kBadRequest for selectors that cannot be.
Result<Filter> read_filter(const Call& call);
// The whole of a list. kBadRequest, kInvalid or kExpired for parameters that do not fit.
Result<ListQuery> list_query(const Call& call);
// kInvalid when the options of a list or a watch contradict each other.
Status check_options(const Query& query, bool watch);
// The revision a list must have reached before it is answered; 0: any.
Result<std::int64_t> wanted_revision(const Call& call);
// kTimeout for a page of a list of the future.
Status check_page(const ListQuery& query, std::int64_t current);
// What a client is told whose page is of a state that is forgotten: how it can go on all the same.
std::shared_ptr<const meta_v1::Status> expired_page(const ListQuery& query);

// The continue parameter for the next page.
std::string continue_token(std::int64_t revision, const std::string& next);

}  // namespace kubus::apiserver
