#include "metrics/request_timer.h"

#include <algorithm>
#include <cctype>

#include "fairness/classify.h"
#include "metrics/series_table.h"
#include "registry/write_options.h"

namespace kubus::apiserver {
namespace {

struct Series {
  metrics::Counter* total;
  metrics::Histogram* seconds;
  metrics::Histogram* sizes;  // null but for reads
};

const std::vector<double>& bounds() {
  static const std::vector<double> values = {0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8,
                                             1,     1.25,  1.5,  2,   3,   4,   5,   6,
                                             8,     10,    15,   20,  30,  45,  60};
  return values;
}

const std::vector<double>& size_bounds() {
  static const std::vector<double> values = {1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  return values;
}

// As metrics call it.
std::string verb_of(const RequestInfo& info, std::string_view type) {
  // What is passed on: no handler of ours has a verb for it, whatever the method.
  if (fairness::is_long_running(info) && info.verb != "watch") return "CONNECT";
  if (info.verb.empty()) return "OTHER";
  if (info.verb == "patch" && type == kApplyPatch) return "APPLY";
  if (info.verb == "create") return "POST";
  if (info.verb == "update") return "PUT";
  std::string verb = info.verb;
  std::transform(verb.begin(), verb.end(), verb.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return verb;
}

// Clients may make up others.
std::string known_method(std::string_view method) {
  for (const auto* known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
    if (method == known) return known;
  return "OTHER";
}

bool is_change(const RequestInfo& info) {
  return info.verb != "get" && info.verb != "list" && info.verb != "watch";
}

metrics::Gauge& in_flight(bool changes) {
  const auto make = [](const char* kind) {
    return &metrics::gauge("apiserver_current_inflight_requests",
                           "Requests that are being answered, by whether they change something",
                           {{"request_kind", kind}});
  };
  static metrics::Gauge* const kReading = make("readOnly");
  static metrics::Gauge* const kChanging = make("mutating");
  return changes ? *kChanging : *kReading;
}

}  // namespace

RequestTimer::RequestTimer(const RequestInfo& info, const Query& query, std::string_view type)
    : begun_(std::chrono::steady_clock::now()),
      verb_(verb_of(info, type)),
      group_(info.group),
      version_(info.version),
      resource_(info.resource),
      subresource_(info.subresource),
      scope_(!info.name.empty() || info.verb == "create" ? "resource"
             : !info.ns.empty()                          ? "namespace"
                                                         : "cluster"),
      dry_run_(query.get("dryRun") == "All" ? "All" : "") {
  if (!fairness::is_long_running(info)) in_flight_ = Counted(in_flight(is_change(info)));
}

RequestTimer::RequestTimer(std::string path, std::string_view method)
    : begun_(std::chrono::steady_clock::now()),
      component_(),
      verb_(known_method(method)),
      subresource_(std::move(path)) {}

void RequestTimer::lives_long() {
  static SeriesTable<metrics::Gauge*> table;
  in_flight_ = Counted(*table.find(key(), [&] {
    return &metrics::gauge("apiserver_longrunning_requests",
                           "Requests that end when somebody ends them, watches among them",
                           labels());
  }));
}

std::string RequestTimer::key() const {
  return verb_ + " " + group_ + "/" + version_ + "/" + resource_ + "/" + subresource_ + " " +
         scope_ + " " + dry_run_;
}

metrics::Labels RequestTimer::labels() const {
  return {{"component", component_},     {"group", group_}, {"resource", resource_},
          {"scope", scope_},             {"subresource", subresource_},
          {"verb", verb_},               {"version", version_}};
}

metrics::Counter& RequestTimer::total(const std::string& code) const {
  auto all = labels();
  all.insert(all.end(), {{"code", code}, {"dry_run", dry_run_}});
  return metrics::counter("apiserver_request_total", "Requests by verb, resource and code",
                          std::move(all));
}

void RequestTimer::forget_resource() { resource_ = subresource_ = group_ = version_ = ""; }

// Many may be: their series are found as fast as those of others.
void RequestTimer::turned_away(int code) {
  using Pair = std::pair<metrics::Counter*, metrics::Counter*>;
  static SeriesTable<Pair> table;
  in_flight_ = Counted();
  const auto text = std::to_string(code);
  const auto [all, terminated] = table.find(key() + " " + text, [&] {
    auto of = labels();
    of.emplace_back("code", text);
    return Pair(&total(text), &metrics::counter("apiserver_request_terminations_total",
                                                "Requests turned away so that others are served",
                                                std::move(of)));
  });
  all->add();
  terminated->add();
}

void RequestTimer::done(int code, std::size_t size) {
  static SeriesTable<Series> table;
  in_flight_ = Counted();
  const auto text = std::to_string(code);
  const auto series = table.find(key() + " " + text, [&] {
    auto all = labels();
    const bool reads = verb_ == "GET" || verb_ == "LIST";
    auto* sizes = reads ? &metrics::histogram("apiserver_response_sizes",
                                              "Size of answers to reads in bytes", size_bounds(),
                                              all)
                        : nullptr;
    all.insert(all.begin() + 1, {"dry_run", dry_run_});
    auto& seconds = metrics::histogram("apiserver_request_duration_seconds",
                                       "Response latency in seconds", bounds(), all);
    return Series{&total(text), &seconds, sizes};
  });
  series.total->add();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun_;
  series.seconds->observe(took.count());
  if (series.sizes && code < 300) series.sizes->observe(static_cast<double>(size));
}

}  // namespace kubus::apiserver
