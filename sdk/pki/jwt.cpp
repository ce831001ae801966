#include "kubus/pki/jwt.h"

#include <algorithm>
#include <boost/json.hpp>

#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::pki {
namespace {

Status malformed() { return Status(Code::kBadRequest, "not a signed token in compact form"); }

// A member of a header; false when it is there and no text.
bool read_text(const boost::json::object& header, std::string_view name, std::string& out) {
  const auto* value = header.if_contains(name);
  if (!value) return true;
  if (!value->is_string()) return false;
  out = value->get_string();
  return true;
}

Status read_header(std::string_view json, Token& token) {
  DecodeOptions options;
  options.strict = true;
  options.max_depth = 8;
  boost::json::value tree;
  if (!parse_json(json, tree, options).ok() || !tree.is_object()) return malformed();
  const auto& header = tree.get_object();
  // What is critical changes the meaning of the rest, and we know no such thing.
  if (header.contains("crit") || !read_text(header, "alg", token.algorithm) ||
      !read_text(header, "kid", token.key_id) || token.algorithm.empty())
    return malformed();
  return {};
}

}  // namespace

Result<Token> Token::parse(std::string_view text) {
  if (text.size() > kMaxToken) return Status(Code::kBadRequest, "the token is too long");
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos)
    return malformed();
  auto header = decode_base64url(text.substr(0, first));
  auto claims = decode_base64url(text.substr(first + 1, second - first - 1));
  auto signature = decode_base64url(text.substr(second + 1));
  if (!header.ok() || !claims.ok() || !signature.ok()) return malformed();
  Token token;
  KUBUS_TRY(read_header(*header, token));
  token.claims = std::move(*claims);
  token.signature = std::move(*signature);
  token.signed_part = text.substr(0, second);
  return token;
}

bool verify(const Token& token, const std::vector<VerifyingKey>& keys) {
  return std::any_of(keys.begin(), keys.end(), [&](const VerifyingKey& key) {
    return (token.key_id.empty() || token.key_id == key.id()) &&
           key.verify(token.algorithm, token.signed_part, token.signature);
  });
}

}  // namespace kubus::pki
