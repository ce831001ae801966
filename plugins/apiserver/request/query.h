// The parameters of a request, under the names the API server uses them by.
//
// Thread safety: a value.
#pragma once

#include "kubus/http/query.h"

namespace kubus::apiserver {

using http::percent_decode;
using http::percent_encode;
using http::Query;

}  // namespace kubus::apiserver
