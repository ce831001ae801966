#include "validation/object_diff.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace kubus::apiserver {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kContext = 3;
constexpr std::size_t kMostCells = 4'000'000;

// Breaks JSON without space into indented lines.
class Indenter {
 public:
  Lines run(std::string_view json) {
    bool text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
      const char c = json[i];
      if (text || c == '"') {
        if (c == '"') text = !text;
        line_ += c;
        if (text && c == '\\') line_ += json[++i];
      } else if ((c == '{' || c == '[') && json[i + 1] == c + 2) {
        line_ += c;
        line_ += json[++i];
      } else {
        punctuation(c);
      }
    }
    if (!line_.empty()) end_line();
    return std::move(lines_);
  }

 private:
  void end_line() {
    lines_.push_back(std::move(line_));
    line_.assign(2 * depth_, ' ');
  }

  void punctuation(char c) {
    if (c == '}' || c == ']') {
      --depth_;
      end_line();
    }
    line_ += c;
    if (c == '{' || c == '[') ++depth_;
    if (c == '{' || c == '[' || c == ',') end_line();
    if (c == ':') line_ += ' ';
  }

  Lines lines_;
  std::string line_;
  std::size_t depth_ = 0;
};

struct Edit {
  char mark;  // ' ', '-' or '+'
  const std::string* line;
};
using Edits = std::vector<Edit>;

// Lengths of the longest common subsequences of all tails of two ranges.
class Tails {
 public:
  Tails(const Lines& a, std::size_t a_end, const Lines& b, std::size_t b_end, std::size_t from)
      : from_(from), width_(b_end - from + 1), cells_((a_end - from + 1) * width_) {
    for (std::size_t i = a_end; i-- > from;)
      for (std::size_t j = b_end; j-- > from;)
        cell(i, j) =
            a[i] == b[j] ? cell(i + 1, j + 1) + 1 : std::max(cell(i + 1, j), cell(i, j + 1));
  }
  std::uint32_t& cell(std::size_t i, std::size_t j) {
    return cells_[(i - from_) * width_ + (j - from_)];
  }

 private:
  std::size_t from_, width_;
  std::vector<std::uint32_t> cells_;
};

Edits edits_between(const Lines& a, const Lines& b) {
  std::size_t from = 0, a_end = a.size(), b_end = b.size();
  while (from < a_end && from < b_end && a[from] == b[from]) ++from;
  while (a_end > from && b_end > from && a[a_end - 1] == b[b_end - 1]) --a_end, --b_end;
  Edits out;
  for (std::size_t i = 0; i < from; ++i) out.push_back({' ', &a[i]});
  std::size_t i = from, j = from;
  if ((a_end - from + 1) * (b_end - from + 1) <= kMostCells) {
    Tails tails(a, a_end, b, b_end, from);
    while (i < a_end && j < b_end) {
      if (a[i] == b[j]) {
        out.push_back({' ', &a[i++]});
        ++j;
      } else if (tails.cell(i + 1, j) >= tails.cell(i, j + 1)) {
        out.push_back({'-', &a[i++]});
      } else {
        out.push_back({'+', &b[j++]});
      }
    }
  }
  while (i < a_end) out.push_back({'-', &a[i++]});
  while (j < b_end) out.push_back({'+', &b[j++]});
  for (; i < a.size(); ++i) out.push_back({' ', &a[i]});
  return out;
}

std::string range_text(std::size_t start, std::size_t length) {
  if (length == 1) return std::to_string(start + 1);
  return std::to_string(length == 0 ? start : start + 1) + "," + std::to_string(length);
}

// The edits [begin, end) as one hunk; `a` and `b` are the lines before it on either side.
std::string hunk(const Edits& edits, std::size_t begin, std::size_t end, std::size_t a,
                 std::size_t b) {
  std::size_t a_length = 0, b_length = 0;
  std::string body;
  for (std::size_t i = begin; i < end; ++i) {
    a_length += edits[i].mark != '+';
    b_length += edits[i].mark != '-';
    body += edits[i].mark + *edits[i].line + "\n";
  }
  return "@@ -" + range_text(a, a_length) + " +" + range_text(b, b_length) + " @@\n" + body;
}

}  // namespace

std::string object_diff(std::string_view before, std::string_view now) {
  const Lines old_lines = Indenter().run(before), new_lines = Indenter().run(now);
  const Edits edits = edits_between(old_lines, new_lines);
  std::string out;
  std::size_t a = 0, b = 0, at = 0;
  const auto skip_to = [&](std::size_t end) {
    for (; at < end; ++at) {
      a += edits[at].mark != '+';
      b += edits[at].mark != '-';
    }
  };
  for (std::size_t next = 0; next < edits.size(); ++next) {
    if (edits[next].mark == ' ') continue;
    std::size_t last = next;
    for (std::size_t i = next; i < edits.size() && i <= last + 2 * kContext + 1; ++i)
      if (edits[i].mark != ' ') last = i;
    const std::size_t end = std::min(last + kContext + 1, edits.size());
    skip_to(std::max(at, next > kContext ? next - kContext : 0));
    out += hunk(edits, at, end, a, b);
    skip_to(end);
    next = end - 1;
  }
  return out;
}

}  // namespace kubus::apiserver
