// Regular expressions in RE2's syntax.
#include <re2/re2.h>

#include <map>
#include <memory>
#include <mutex>

#include "cel/functions.h"
#include "cel/regex_error.h"

namespace kubus::apiserver::cel {
namespace {

// Those of late, so that a rule over a long list compiles its pattern once.
std::shared_ptr<const RE2> compiled(std::string_view pattern) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const RE2>, std::less<>> known;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(pattern); found != known.end()) return found->second;
  if (known.size() >= 128) known.clear();
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  auto out = std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  known.emplace(pattern, out);
  return out;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Value matches(Args a) {
  const auto pattern = compiled(a[1].as_text());
  if (!pattern->ok()) return Value::error(regex_error(*pattern));
  return Value::of(RE2::PartialMatch(piece(a[0].as_text()), *pattern));
}

Value find_all(Args a) {
  const auto text = a[0].as_text();
  const auto pattern = compiled(a[1].as_text());
  if (!pattern->ok()) return Value::error("Illegal regex: " + pattern->error());
  const auto most = a.size() > 2 ? a[2].as_int() : -1;
  std::vector<Value> out;
  std::size_t at = 0;
  re2::StringPiece found;
  while (at <= text.size() && (most < 0 || static_cast<std::int64_t>(out.size()) < most) &&
         pattern->Match(piece(text), at, text.size(), RE2::UNANCHORED, &found, 1)) {
    out.push_back(Value::text(std::string(found)));
    const auto end = static_cast<std::size_t>(found.data() - text.data()) + found.size();
    at = found.empty() ? end + 1 : end;
  }
  return Value::list(std::move(out));
}

Value find(Args a) {
  const auto pattern = compiled(a[1].as_text());
  if (!pattern->ok()) return Value::error("Illegal regex: " + pattern->error());
  re2::StringPiece found;
  const auto text = a[0].as_text();
  if (!pattern->Match(piece(text), 0, text.size(), RE2::UNANCHORED, &found, 1))
    return Value::view("");
  return Value::text(std::string(found));
}

std::uint64_t search(Args a) { return 1 + tenth(1 + size_of(a[0])) * ((size_of(a[1]) + 3) / 4); }

constexpr Signature kRegexes[] = {
    {"[string] matches(string) bool", matches, search},
    {"matches(string, string) bool", matches, search},
    {"[string] find(string) string", find, search},
    {"[string] findAll(string) list(string)", find_all, search},
    {"[string] findAll(string, int) list(string)", find_all, search},
};

}  // namespace

std::span<const Signature> regex_functions() { return kRegexes; }

}  // namespace kubus::apiserver::cel
