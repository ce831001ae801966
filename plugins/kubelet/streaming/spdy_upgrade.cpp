#include "spdy_upgrade.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <vector>

#include "signal.h"

namespace kubus::kubelet {
namespace asio = boost::asio;

namespace {

constexpr std::string_view kSpdy = "SPDY/3.1";
constexpr std::string_view kVersions = "X-Stream-Protocol-Version";

http::Response refusal(int status, const std::string& message) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.body.emplace_back(message + "\n");
  return response;
}

// Several in one field are separated by commas.
std::vector<std::string> offered(const http::Headers& headers) {
  std::vector<std::string> names;
  for (const auto& [field, value] : headers.fields()) {
    if (!http::iequals(field, kVersions)) continue;
    for (std::string_view rest = value;;) {
      const auto comma = rest.find(',');
      auto name = rest.substr(0, comma);
      const auto begin = std::min(name.find_first_not_of(' '), name.size());
      name = name.substr(begin, name.find_last_not_of(' ') + 1 - begin);
      names.emplace_back(name);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return names;
}

template <class Names>
std::string list(const Names& names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : " ").append(name);
  return "[" + text + "]";
}

asio::awaitable<void> switch_over(std::unique_ptr<http::ByteStream> connection, std::string head,
                                  SpdyReady ready) {
  const auto [error, size] =
      co_await asio::async_write(*connection, asio::buffer(head), kAwaitTuple);
  if (!error) ready(std::move(connection));
}

}  // namespace

std::variant<std::string, http::Response> negotiate_spdy(const http::Request& request,
                                                         std::span<const std::string_view> ours) {
  const auto theirs = offered(request.headers);
  if (theirs.empty())
    return refusal(400, "unable to upgrade: " + std::string(kVersions) + " is required");
  const auto common = std::find_if(theirs.begin(), theirs.end(), [&](const auto& name) {
    return std::find(ours.begin(), ours.end(), name) != ours.end();
  });
  if (common == theirs.end()) {
    auto response =
        refusal(403, "unable to upgrade: unable to negotiate protocol: client supports " +
                         list(theirs) + ", server accepts " + list(ours));
    for (const auto name : ours)
      response.headers.add("X-Accepted-Stream-Protocol-Versions", std::string(name));
    return response;
  }
  if (!request.headers.has_token("Connection", "upgrade") ||
      !request.headers.has_token("Upgrade", kSpdy))
    return refusal(400, "unable to upgrade: missing upgrade headers in request");
  return *common;
}

void upgrade_to_spdy(const std::shared_ptr<http::Exchange>& exchange, std::string_view protocol,
                     SpdyReady ready) {
  http::Headers headers;
  headers.add("Upgrade", std::string(kSpdy));
  headers.add(std::string(kVersions), std::string(protocol));
  exchange->take_over([head = http::switching_protocols(headers), ready = std::move(ready)](
                          std::unique_ptr<http::ByteStream> connection) mutable {
    const auto executor = connection->get_executor();
    asio::co_spawn(executor, switch_over(std::move(connection), std::move(head), std::move(ready)),
                   asio::detached);
  });
}

}  // namespace kubus::kubelet
