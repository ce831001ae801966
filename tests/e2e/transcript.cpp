#include "transcript.h"

#include <string>
#include <vector>

namespace kubus::e2e {
namespace {

constexpr std::string_view kAny = "…";

std::string_view without(std::string_view text, std::string_view blanks) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string narrowed(std::string_view line) {
  std::string out;
  for (const char c : line) {
    const bool third = c == ' ' && out.ends_with("  ");
    if (!third) out.push_back(c == '\t' ? ' ' : c);
  }
  out.resize(out.find_last_not_of(' ') + 1);
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  text = without(text, "\r\n ");
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(narrowed(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

bool line_matches(std::string_view expected, std::string_view line) {
  const auto any = expected.find(kAny);
  if (any == std::string_view::npos) return expected == line;
  if (!line.starts_with(expected.substr(0, any))) return false;
  expected.remove_prefix(any + kAny.size());
  for (std::size_t from = any; from <= line.size(); ++from)
    if (line_matches(expected, line.substr(from))) return true;
  return false;
}

}  // namespace

bool matches(std::string_view expected, std::string_view printed) {
  const auto wanted = lines_of(expected);
  const auto lines = lines_of(printed);
  // reached[i]: the lines seen so far can be what the first i of the wanted ones stand for.
  std::vector<bool> reached(wanted.size() + 1);
  const auto skip_any = [&] {
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (reached[i] && wanted[i] == kAny) reached[i + 1] = true;
  };
  reached[0] = true;
  skip_any();
  for (const auto& line : lines) {
    std::vector<bool> next(wanted.size() + 1);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!reached[i]) continue;
      if (wanted[i] == kAny) next[i] = true;
      if (wanted[i] != kAny && line_matches(wanted[i], line)) next[i + 1] = true;
    }
    reached = std::move(next);
    skip_any();
  }
  return reached[wanted.size()];
}

}  // namespace kubus::e2e
