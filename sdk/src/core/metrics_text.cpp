#include <algorithm>
#include <charconv>

#include "core/metrics_impl.h"
#include "kubus/metrics_page.h"

namespace kubus::metrics {
namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quotes)
      out += "\\\"";
    else
      out += c;
  }
}

void append_head(std::string& out, std::string_view name, std::string_view help,
                 std::string_view type) {
  out.append("# HELP ").append(name).append(" ");
  append_escaped(out, help, false);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void append_line(std::string& out, std::string_view name, std::string_view labels,
                 std::string_view more, const std::string& value) {
  out += name;
  if (!labels.empty() || !more.empty()) {
    out.append("{").append(labels);
    if (!labels.empty() && !more.empty()) out += ',';
    out.append(more).append("}");
  }
  out.append(" ").append(value).append("\n");
}

template <class Series>
void append_simple(std::string& out, const Families<Series>& families, std::string_view type) {
  for (const auto& [name, family] : families) {
    append_head(out, name, family.help, type);
    for (const auto& [labels, series] : family.series)
      append_line(out, name, labels, {}, number_text(series->value()));
  }
}

void append_histogram(std::string& out, const std::string& name, const std::string& labels,
                      const HistogramSeries& series) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= series.bounds().size(); ++i) {
    total += series.bucket(i);
    const bool last = i == series.bounds().size();
    const std::string bound = last ? "+Inf" : number_text(series.bounds()[i]);
    append_line(out, name + "_bucket", labels, "le=\"" + bound + "\"", std::to_string(total));
  }
  append_line(out, name + "_sum", labels, {}, number_text(series.sum()));
  append_line(out, name + "_count", labels, {}, std::to_string(total));
}

}  // namespace

std::string number_text(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, error == std::errc() ? end : buffer);
}

std::string label_text(Labels labels) {
  std::sort(labels.begin(), labels.end());
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text.append(name).append("=\"");
    append_escaped(text, value, true);
    text += '"';
  }
  return text;
}

void Page::family(std::string_view name, std::string_view help, std::string_view type) {
  name_ = name;
  append_head(text_, name, help, type);
}

void Page::sample(const Labels& labels, double value, const SampleOptions& options) {
  std::string end = number_text(value);
  if (options.time_ms != 0) end += " " + std::to_string(options.time_ms);
  append_line(text_, name_ + std::string(options.suffix), label_text(labels), {}, end);
}

std::string expose() {
  std::string out;
  const std::lock_guard lock(registry().mutex);
  append_simple(out, registry().counters, "counter");
  append_simple(out, registry().gauges, "gauge");
  for (const auto& [name, family] : registry().histograms) {
    append_head(out, name, family.help, "histogram");
    for (const auto& [labels, series] : family.series) append_histogram(out, name, labels, *series);
  }
  return out;
}

}  // namespace kubus::metrics
