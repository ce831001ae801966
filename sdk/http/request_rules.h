// What makes a request unacceptable before any handler sees it, whatever it asks for.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>

namespace kubus::http {

// A body of so many bytes is taken from anybody, as it is no more than a header may have.
constexpr std::size_t kSmallBody = 16 * 1024;

struct Refusal {
  int status;
  std::string message;
};

// Looks at the header only. A request whose end is not certain is refused: what follows it on the
// connection would be taken for a request of its own. Pure.
std::optional<Refusal> refusal_of(const boost::beast::http::request_header<>& header);

}  // namespace kubus::http
