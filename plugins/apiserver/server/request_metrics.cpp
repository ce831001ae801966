#include "server/request_metrics.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>

#include "kubus/metrics.h"

namespace kubus::apiserver {
namespace {

struct Series {
  metrics::Counter* total;
  metrics::Histogram* seconds;
};

const std::vector<double>& bounds() {
  static const std::vector<double> values = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8,
                                             1,     1.25,  1.5,  2,   3,   4,   5,   6,
                                             8,     10,    15,   20,  30,  45,  60};
  return values;
}

// Found once per combination; looking one up in the registry takes its lock and builds labels.
class SeriesTable {
 public:
  template <class Make>
  Series find(const std::string& key, Make make) {
    {
      std::shared_lock lock(mutex_);
      if (const auto found = series_.find(key); found != series_.end()) return found->second;
    }
    std::unique_lock lock(mutex_);
    return series_.try_emplace(key, make()).first->second;
  }

 private:
  std::shared_mutex mutex_;
  std::map<std::string, Series> series_;
};

}  // namespace

RequestTimer::RequestTimer(const RequestInfo& info)
    : begun_(std::chrono::steady_clock::now()),
      verb_(info.verb),
      group_(info.group),
      version_(info.version),
      resource_(info.resource),
      subresource_(info.subresource),
      scope_(!info.name.empty() ? "resource"
             : !info.ns.empty() ? "namespace"
                                : "cluster") {
  std::transform(verb_.begin(), verb_.end(), verb_.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (verb_ == "CREATE") verb_ = "POST";
  if (verb_ == "UPDATE") verb_ = "PUT";
}

void RequestTimer::done(int code) {
  static SeriesTable table;
  // What does not exist must not grow the table.
  if (code == 404 || code == 405) resource_ = subresource_ = group_ = version_ = "";
  const auto text = std::to_string(code);
  const auto key = verb_ + " " + group_ + "/" + version_ + "/" + resource_ + "/" + subresource_ +
                   " " + scope_ + " " + text;
  const auto series = table.find(key, [&] {
    metrics::Labels labels = {{"component", "apiserver"},
                              {"dry_run", ""},
                              {"group", group_},
                              {"resource", resource_},
                              {"scope", scope_},
                              {"subresource", subresource_},
                              {"verb", verb_},
                              {"version", version_}};
    auto& seconds = metrics::histogram("apiserver_request_duration_seconds",
                                       "Response latency in seconds", bounds(), labels);
    labels.insert(labels.begin(), {"code", text});
    auto& total =
        metrics::counter("apiserver_request_total", "Requests by verb, resource and code", labels);
    return Series{&total, &seconds};
  });
  series.total->add();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_;
  series.seconds->observe(took.count());
}

}  // namespace kubus::apiserver
