#include <charconv>
#include <tuple>

#include "discovery/discovery.h"

namespace kubus::apiserver {
namespace {

struct VersionRank {
  // 3 stable, 2 beta, 1 alpha, 0 not a version as Kubernetes writes them.
  int level = 0;
  int major = 0;
  int minor = 0;
};

bool take_number(std::string_view& text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

VersionRank rank(std::string_view text) {
  VersionRank out;
  if (!text.starts_with('v')) return out;
  text.remove_prefix(1);
  if (!take_number(text, out.major)) return {};
  if (text.empty()) {
    out.level = 3;
    return out;
  }
  const bool beta = text.starts_with("beta");
  if (!beta && !text.starts_with("alpha")) return {};
  text.remove_prefix(beta ? 4 : 5);
  if (!take_number(text, out.minor) || !text.empty()) return {};
  out.level = beta ? 2 : 1;
  return out;
}

}  // namespace

bool is_preferred_version(std::string_view a, std::string_view b) {
  const VersionRank x = rank(a);
  const VersionRank y = rank(b);
  if (x.level == 0 && y.level == 0) return a < b;
  return std::tie(x.level, x.major, x.minor) > std::tie(y.level, y.major, y.minor);
}

}  // namespace kubus::apiserver
