// Semantic versions, 2.0.0.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "cel/functions.h"

namespace kubus::apiserver::cel {
namespace {

struct Version {
  std::array<std::uint64_t, 3> numbers{};
  std::vector<std::string> before;  // of a release: "rc.1"
  std::string build;
};

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

std::vector<std::string> parts_of(std::string_view text, char by) {
  std::vector<std::string> out;
  for (;;) {
    const auto at = text.find(by);
    out.emplace_back(text.substr(0, at));
    if (at == text.npos) return out;
    text.remove_prefix(at + 1);
  }
}

bool are_words(const std::vector<std::string>& words, bool padded) {
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    const bool plain = std::all_of(word.begin(), word.end(),
                                   [](unsigned char c) { return std::isalnum(c) || c == '-'; });
    return plain && !word.empty() && (padded || !is_digits(word) || word == "0" || word[0] != '0');
  });
}

// "v1.2" and "01.2.3" are made whole first where that is asked for.
std::optional<Version> parse_version(std::string_view text, bool normalize) {
  Version out;
  if (normalize && (text.starts_with('v') || text.starts_with('V'))) text.remove_prefix(1);
  if (const auto plus = text.find('+'); plus != text.npos) {
    out.build = text.substr(plus + 1);
    if (!are_words(parts_of(out.build, '.'), true)) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (const auto dash = text.find('-'); dash != text.npos) {
    out.before = parts_of(text.substr(dash + 1), '.');
    if (!are_words(out.before, false)) return std::nullopt;
    text = text.substr(0, dash);
  }
  const auto numbers = parts_of(text, '.');
  if (numbers.size() > 3 || (numbers.size() < 3 && !normalize)) return std::nullopt;
  if (numbers.size() < 3 && (!out.before.empty() || !out.build.empty())) return std::nullopt;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto& number = numbers[i];
    if (!is_digits(number) || (!normalize && number.size() > 1 && number[0] == '0'))
      return std::nullopt;
    const auto end = std::from_chars(number.data(), number.data() + number.size(), out.numbers[i]);
    if (end.ec != std::errc()) return std::nullopt;
  }
  return out;
}

int compare_words(const std::string& a, const std::string& b) {
  if (is_digits(a) != is_digits(b)) return is_digits(a) ? -1 : 1;
  if (is_digits(a) && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

int compare_versions(const Version& a, const Version& b) {
  if (a.numbers != b.numbers) return a.numbers < b.numbers ? -1 : 1;
  if (a.before.empty() != b.before.empty()) return a.before.empty() ? 1 : -1;
  for (std::size_t i = 0; i < std::min(a.before.size(), b.before.size()); ++i)
    if (const int order = compare_words(a.before[i], b.before[i])) return order;
  return a.before.size() < b.before.size() ? -1 : a.before.size() > b.before.size() ? 1 : 0;
}

struct VersionOpaque final : Opaque {
  explicit VersionOpaque(Version version) : version(std::move(version)) {}
  std::string_view type_name() const override { return "kubernetes.Semver"; }
  bool equals(const Opaque& other) const override {
    return compare_versions(version, static_cast<const VersionOpaque&>(other).version) == 0;
  }
  const Version version;
};

const Version& version_in(const Value& value) {
  return static_cast<const VersionOpaque&>(value.as_opaque()).version;
}
bool normalizes(Args a) { return a.size() > 1 && a[1].is_true(); }

Value semver(Args a) {
  auto version = parse_version(a[0].as_text(), normalizes(a));
  if (!version)
    return Value::error("Invalid character(s) found in version \"" + std::string(a[0].as_text()) +
                        "\"");
  return Value::opaque(std::make_shared<VersionOpaque>(std::move(*version)));
}
Value is_semver(Args a) {
  return Value::of(parse_version(a[0].as_text(), normalizes(a)).has_value());
}
template <std::size_t Index>
Value number(Args a) {
  return Value::of(static_cast<std::int64_t>(version_in(a[0]).numbers[Index]));
}
int order(Args a) { return compare_versions(version_in(a[0]), version_in(a[1])); }

constexpr Signature kVersions[] = {
    {"semver(string) kubernetes.Semver", semver, walk_first},
    {"semver(string, bool) kubernetes.Semver", semver, walk_first},
    {"isSemver(string) bool", is_semver, walk_first},
    {"isSemver(string, bool) bool", is_semver, walk_first},
    {"[kubernetes.Semver] major() int", number<0>},
    {"[kubernetes.Semver] minor() int", number<1>},
    {"[kubernetes.Semver] patch() int", number<2>},
    {"[kubernetes.Semver] isGreaterThan(kubernetes.Semver) bool",
     [](Args a) { return Value::of(order(a) > 0); }},
    {"[kubernetes.Semver] isLessThan(kubernetes.Semver) bool",
     [](Args a) { return Value::of(order(a) < 0); }},
    {"[kubernetes.Semver] compareTo(kubernetes.Semver) int",
     [](Args a) { return Value::of(std::int64_t(order(a))); }},
};

}  // namespace

std::span<const Signature> semver_functions() { return kVersions; }

}  // namespace kubus::apiserver::cel
