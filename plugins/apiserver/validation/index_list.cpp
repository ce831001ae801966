#include "validation/index_list.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

struct Interval {
  std::int64_t first = 0, last = 0;
  std::string wrong;
};

std::string out_of_order(std::int64_t previous, std::int64_t current) {
  return "non-increasing order, previous: " + std::to_string(previous) +
         ", current: " + std::to_string(current);
}

std::int64_t read_index(std::string_view text, std::int64_t completions, std::string& wrong) {
  std::int64_t index = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, index);
  if (error != std::errc() || rest != end) {
    wrong = "cannot convert string to integer for index: " + quoted(text);
  } else if (index >= completions) {
    wrong = "too large index: " + quoted(text);
  }
  return index;
}

Interval read_interval(std::string_view text, std::int64_t completions) {
  Interval out;
  if (std::count(text.begin(), text.end(), '-') > 1) {
    out.wrong = "the fragment " + quoted(text) +
                " violates the requirement that an index interval can have at most two parts "
                "separated by '-'";
    return out;
  }
  const std::size_t dash = text.find('-');
  out.first = out.last = read_index(text.substr(0, dash), completions, out.wrong);
  if (dash == std::string_view::npos || !out.wrong.empty()) return out;
  out.last = read_index(text.substr(dash + 1), completions, out.wrong);
  if (out.wrong.empty() && out.first >= out.last) out.wrong = out_of_order(out.first, out.last);
  return out;
}

// Nothing at the end of the text.
std::optional<std::string_view> next_part(std::string_view& text) {
  if (text.data() == nullptr) return std::nullopt;
  const std::size_t comma = text.find(',');
  const std::string_view part = text.substr(0, comma);
  text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  return part;
}

std::optional<Interval> next_interval(std::string_view& text, std::int64_t completions) {
  while (const auto part = next_part(text))
    if (Interval interval = read_interval(*part, completions); interval.wrong.empty())
      return interval;
  return std::nullopt;
}

}  // namespace

IndexList read_indexes(std::string_view text, std::int64_t completions) {
  IndexList out;
  if (text.empty()) return out;
  std::int64_t last = -1;
  while (const auto part = next_part(text)) {
    const Interval interval = read_interval(*part, completions);
    out.wrong = interval.wrong;
    if (out.wrong.empty() && last >= interval.first) out.wrong = out_of_order(last, interval.first);
    if (!out.wrong.empty()) break;
    out.count += interval.last - interval.first + 1;
    last = interval.last;
  }
  return out;
}

std::int64_t first_shared_index(std::string_view a, std::string_view b, std::int64_t completions) {
  if (a.empty() || b.empty()) return -1;
  auto left = next_interval(a, completions), right = next_interval(b, completions);
  while (left && right) {
    if (left->first <= right->last && right->first <= left->last)
      return std::max(left->first, right->first);
    if (left->first <= right->first) {
      left = next_interval(a, completions);
    } else {
      right = next_interval(b, completions);
    }
  }
  return -1;
}

}  // namespace kubus::apiserver
