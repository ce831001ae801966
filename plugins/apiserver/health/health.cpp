#include "health/health.h"

#include <set>

namespace kubus::apiserver {
namespace {

// The reference says of all but a single check that it is what its type says.
http::Response text_response(int status, std::string body, bool sniffed = true) {
  http::Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.headers.add("Cache-Control", "no-cache, private");
  if (sniffed) response.headers.add("X-Content-Type-Options", "nosniff");
  response.body.push_back(Bytes(std::move(body)));
  return response;
}

std::string quoted(const std::set<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "\"" : ", \"") + name + '"';
  return out;
}

}  // namespace

void Health::add(std::string name, bool ready_only, Check check) {
  checks_.push_back({std::move(name), ready_only, std::move(check)});
}

std::vector<std::string> Health::names(std::string_view endpoint) const {
  std::vector<std::string> names;
  for (const auto& check : checks_)
    if (check.counts_for(endpoint)) names.push_back(check.name);
  return names;
}

http::Response Health::answer(std::string_view path, const Query& query) const {
  path.remove_prefix(1);
  const auto slash = path.find('/');
  const std::string endpoint(path.substr(0, slash));
  const auto one = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  std::set<std::string> excluded;
  if (one.empty())
    for (const auto& name : query.all("exclude")) excluded.emplace(name);
  std::string lines, failed;
  bool known = slash == std::string_view::npos;
  for (const auto& check : checks_) {
    if (!check.counts_for(endpoint)) continue;
    if (slash != std::string_view::npos && check.name != one) continue;
    known = true;
    if (excluded.erase(check.name) != 0) {
      lines += "[+]" + check.name + " excluded: ok\n";
      continue;
    }
    const auto why = check.check();
    if (one.empty()) slis_.observe(check.name, endpoint, why.empty());
    if (why.empty()) {
      lines += "[+]" + check.name + " ok\n";
    } else {
      // The reason is not for everybody who may ask.
      lines += "[-]" + check.name + " failed: reason withheld\n";
      failed += (failed.empty() ? "" : ",") + check.name;
    }
  }
  if (!excluded.empty())
    lines += "warn: some health checks cannot be excluded: no matches for " + quoted(excluded) +
             "\n";
  if (!known) return text_response(404, "404 page not found\n");
  if (!failed.empty()) return text_response(500, lines + endpoint + " check failed\n");
  if (!query.has("verbose") || !one.empty()) return text_response(200, "ok", one.empty());
  return text_response(200, lines + endpoint + " check passed\n");
}

}  // namespace kubus::apiserver
