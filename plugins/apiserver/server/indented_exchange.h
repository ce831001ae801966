// An exchange with somebody who reads JSON with his own eyes: it is answered indented.
//
// Thread safety: as http::Exchange.
#pragma once

#include "request/query.h"
#include "request/wrapped_exchange.h"

namespace kubus::apiserver {

// Whether the query asks for it, or the Accept field, or the client is a browser, curl or wget.
bool wants_indented(const http::Request& request, const Query& query);

// What is streamed or comes from another server stays as it is.
class IndentedExchange final : public WrappedExchange {
 public:
  using WrappedExchange::WrappedExchange;
  void respond(http::Response response) override;
};

}  // namespace kubus::apiserver
