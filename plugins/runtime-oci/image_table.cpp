#include "image_table.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace kubus::runtime_oci {
namespace {

using Row = std::array<std::string, 5>;

Row row_of(const std::string& tag, const runtime::Image& image, std::int64_t now) {
  const auto colon = tag.rfind(':');
  return {tag.empty() ? "<none>" : tag.substr(0, colon),
          tag.empty() ? "<none>" : tag.substr(colon + 1),
          image.id().substr(image.id().find(':') + 1, 12), human_age(image.created_at(), now),
          human_size(image.size())};
}

}  // namespace

std::string human_size(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit < 4) {
    value /= 1000;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || value >= 100 ? "%.0f%s" : "%.1f%s", value,
                kUnits[unit]);
  return text;
}

std::string human_age(std::int64_t since_ns, std::int64_t now) {
  if (since_ns <= 0) return "unknown";
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  static constexpr Unit kUnits[] = {{365 * 86400, "year"}, {30 * 86400, "month"}, {86400, "day"},
                                    {3600, "hour"},        {60, "minute"},        {1, "second"}};
  const auto seconds = std::max<std::int64_t>((now - since_ns) / 1'000'000'000, 1);
  for (const auto& unit : kUnits) {
    const auto count = seconds / unit.seconds;
    if (count > 0) return std::to_string(count) + " " + unit.name + (count > 1 ? "s" : "") + " ago";
  }
  return "now";
}

std::string image_table(const std::vector<runtime::Image>& images, std::int64_t now_ns) {
  std::vector<Row> rows;
  for (const auto& image : images) {
    for (const auto& tag : image.repo_tags()) rows.push_back(row_of(tag, image, now_ns));
    if (image.repo_tags().empty()) rows.push_back(row_of("", image, now_ns));
  }
  std::sort(rows.begin(), rows.end());
  rows.insert(rows.begin(), Row{"REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"});
  std::array<std::size_t, 5> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      text += row[i] + std::string(widths[i] - row[i].size() + 3, ' ');
    text += row.back() + "\n";
  }
  return text;
}

}  // namespace kubus::runtime_oci
