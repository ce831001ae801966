#include "request_rules.h"

#include "kubus/http/message.h"

namespace kubus::http {

using boost::beast::http::field;

std::optional<Refusal> refusal_of(const boost::beast::http::request_header<>& header) {
  if (const auto encodings = header.count(field::transfer_encoding); encodings > 0) {
    if (encodings > 1 || !iequals(std::string_view(header[field::transfer_encoding]), "chunked"))
      return Refusal{501, "unsupported transfer encoding"};
    if (header.version() < 11) return Refusal{400, "a transfer encoding needs HTTP/1.1"};
  }
  const auto hosts = header.count(field::host);
  if (hosts == 0 && header.version() >= 11) return Refusal{400, "missing required Host header"};
  if (hosts > 1) return Refusal{400, "too many Host headers"};
  return std::nullopt;
}

}  // namespace kubus::http
