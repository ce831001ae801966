#include "server/indented_exchange.h"

#include <algorithm>
#include <array>

#include "respond/indent.h"

namespace kubus::apiserver {
namespace {

// Programs with people behind them.
constexpr std::array<std::string_view, 3> kReaders = {"curl", "Wget", "Mozilla/5.0"};
// What a flag may be called when it is set.
constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "TRUE", "true", "True"};
// Documents whose bytes have tags of their own.
constexpr std::array<std::string_view, 3> kDocuments = {"/openapi/", "/openid/", "/.well-known/"};

bool is_document(std::string_view path) {
  return std::any_of(kDocuments.begin(), kDocuments.end(),
                     [&](std::string_view prefix) { return path.starts_with(prefix); });
}

}  // namespace

bool wants_indented(const http::Request& request, const Query& query) {
  if (const auto asked = query.get("pretty"); !asked.empty())
    return std::find(kTrue.begin(), kTrue.end(), asked) != kTrue.end();
  if (request.headers.get("Accept").find("pretty=1") != std::string_view::npos) return true;
  const auto program = request.headers.get("User-Agent");
  return std::any_of(kReaders.begin(), kReaders.end(),
                     [&](std::string_view reader) { return program.starts_with(reader); });
}

void IndentedExchange::respond(http::Response response) {
  const bool is_json = response.headers.get("Content-Type") == "application/json" ||
                       response.headers.get("Content-Type").starts_with("application/json;");
  if (is_json && !response.body.empty() && !is_document(request().path()))
    response.body = {Bytes(indented_json(response.body))};
  WrappedExchange::respond(std::move(response));
}

}  // namespace kubus::apiserver
