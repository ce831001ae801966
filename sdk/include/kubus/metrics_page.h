// Page: series that are counted elsewhere (by the operating system, by a device), printed in
// Prometheus' text format, version 0.0.4.
//
// Thread safety: a value.
//
//   metrics::Page page;
//   page.family("disk_read_bytes_total", "Bytes read.", "counter");
//   page.sample({{"disk", "sda"}}, 4096, {.time_ms = when});
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubus/metrics.h"

namespace kubus::metrics {

// A number as the format has it, in its shortest form: a bound of a histogram's bucket.
std::string number_text(double value);

struct SampleOptions {
  std::int64_t time_ms = 0;      // since 1970; 0: the time it is read at
  std::string_view suffix = {};  // of the family's name: "_sum"
};

class Page {
 public:
  // The samples that follow are of this family. `type`: counter, gauge, histogram, summary.
  void family(std::string_view name, std::string_view help, std::string_view type);
  void sample(const Labels& labels, double value, const SampleOptions& options = {});
  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace kubus::metrics
