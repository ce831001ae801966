// RequestReader: one request of HTTP/1.1 as it arrives, within the limits of what it may cost.
//
// Nothing is taken apart before the header is complete, so that one that never is costs its bytes
// alone. Fields behind a body are left out: they come from further away than the header does, past
// proxies that look at nothing else.
//
// Thread safety: one thread.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <optional>

#include "body_budget.h"
#include "kubus/http/limits.h"
#include "kubus/http/message.h"
#include "request_rules.h"

namespace kubus::http {

class RequestReader {
 public:
  // `share` gets what the request takes; both outlive the reader.
  RequestReader(const Limits& limits, BodyBudget::Share& share);

  // Takes what it can of `buffer`. A refusal: it is not to be read on.
  std::optional<Refusal> take(boost::beast::flat_buffer& buffer);
  bool done() const { return parser_.is_done(); }
  // The head of a request whose body is not known to be small and has not wholly come; once.
  const Request* head_of_large_body();
  // True once, for a client that waits to be told before it sends the body.
  bool wants_to_continue();
  // Of one that is done.
  bool keep_alive() const { return parser_.get().keep_alive(); }
  Request release();

 private:
  // Whether the header is complete, as far as it has come.
  std::optional<Refusal> scan(std::string_view text);
  std::optional<Refusal> read_header(boost::beast::flat_buffer& buffer);
  std::optional<Refusal> put(boost::beast::flat_buffer& buffer);
  Refusal too_large() const;

  const Limits& limits_;
  BodyBudget::Share& share_;
  boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
  Request request_;
  std::size_t scanned_ = 0;       // of a header that is not complete
  std::size_t lines_ = 0;         // in it
  std::size_t header_bytes_ = 0;  // 0: it is not complete
  bool continued_ = false;
  bool looked_at_ = false;
};

}  // namespace kubus::http
