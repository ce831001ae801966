// What server-side apply costs: an apply of a deployment of about 5 kB, and keeping track of who
// owns what while objects are made and changed.
#include <benchmark/benchmark.h>
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>

#include "apply/field_manager.h"
#include "kubus/api/json.h"
#include "kubus/api/resource.h"
#include "kubus/object.h"

namespace kubus::apiserver {
namespace {

FieldManager make_manager() {
  const auto* type = find_message("apps/v1", "Deployment");
  ManagedKind kind;
  kind.type = &atom_of(*type);
  kind.api_version = "apps/v1";
  kind.group_version_kind = "apps/v1, Kind=Deployment";
  kind.empty_json = to_json(*new_message(*type));
  return FieldManager(std::move(kind));
}

const FieldManager& manager() {
  static const FieldManager manager = make_manager();
  return manager;
}

// A deployment of `containers` containers, each about 600 bytes.
std::string configuration(int containers) {
  std::string out =
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":{"app":"d"}},)"
      R"("spec":{"replicas":2,"selector":{"matchLabels":{"app":"d"}},"template":{"metadata":)"
      R"({"labels":{"app":"d"}},"spec":{"containers":[)";
  for (int i = 0; i < containers; ++i) {
    const auto n = std::to_string(i);
    out += (i > 0 ? R"(,{"name":"c)" : R"({"name":"c)") + n +
           R"(","image":"example.com/image:1.0","args":["--serve","--port=8080"],"env":[)";
    for (int j = 0; j < 6; ++j)
      out += (j > 0 ? R"(,{"name":"VARIABLE_)" : R"({"name":"VARIABLE_)") + std::to_string(j) +
             R"(","value":"some value"})";
    out += R"(],"ports":[{"containerPort":80)" + n +
           R"(,"name":"web","protocol":"TCP"}],"resources":{"limits":{"cpu":"500m",)"
           R"("memory":"128Mi"}},"volumeMounts":[{"name":"data","mountPath":"/data"}],)"
           R"("livenessProbe":{"httpGet":{"path":"/healthz","port":"web"}}})";
  }
  return out + R"(],"volumes":[{"name":"data","emptyDir":{}}]}}}})";
}

// What is stored of it.
struct Stored {
  std::unique_ptr<Message> object = new_message(*find_message("apps/v1", "Deployment"));
  std::string json;

  explicit Stored(const std::string& text) {
    (void)from_json(text, *object).ok();
    json = to_json(*object);
  }
  const meta_v1::ObjectMeta& metadata() const {
    return *metadata_of(static_cast<const Message&>(*object));
  }
};

Stored applied(const boost::json::value& config) {
  const Stored empty("{}");
  auto result = manager().apply({empty.json, empty.metadata(), false}, {config, "bench"}, {});
  Stored stored(result->json);
  *metadata_of(*stored.object)->mutable_managedfields() = result->managed;
  stored.json = to_json(*stored.object);
  return stored;
}

void apply_again(benchmark::State& state) {
  const auto text = configuration(static_cast<int>(state.range(0)));
  const auto config = boost::json::parse(text);
  auto changed = config;
  changed.at("spec").at("replicas") = 3;
  const auto stored = applied(config);
  for (auto _ : state) {
    auto result = manager().apply({stored.json, stored.metadata(), true}, {changed, "bench"}, {});
    if (!result.ok()) state.SkipWithError(result.status().message().c_str());
    benchmark::DoNotOptimize(result);
  }
  state.counters["bytes"] = static_cast<double>(text.size());
}

void track_create(benchmark::State& state) {
  const Stored object(configuration(static_cast<int>(state.range(0))));
  const meta_v1::ObjectMeta none;
  for (auto _ : state) {
    EncodedManagers out;
    const auto status = manager().update({manager().kind().empty_json, none, false}, object.json,
                                         {}, false, "bench", {}, out);
    if (!status.ok()) state.SkipWithError("not recorded");
    benchmark::DoNotOptimize(out);
  }
  state.counters["bytes"] = static_cast<double>(object.json.size());
}

void track_update(benchmark::State& state) {
  const auto text = configuration(static_cast<int>(state.range(0)));
  const auto stored = applied(boost::json::parse(text));
  auto next = text;
  next.replace(next.find(R"("replicas":2)"), 12, R"("replicas":3)");
  const Stored after(next);
  for (auto _ : state) {
    EncodedManagers out;
    const auto status = manager().update({stored.json, stored.metadata(), true}, after.json, {},
                                         false, "bench", {}, out);
    if (!status.ok()) state.SkipWithError("not recorded");
    benchmark::DoNotOptimize(out);
  }
}

BENCHMARK(apply_again)->Arg(1)->Arg(8);
BENCHMARK(track_create)->Arg(1)->Arg(8);
BENCHMARK(track_update)->Arg(1)->Arg(8);

}  // namespace
}  // namespace kubus::apiserver

BENCHMARK_MAIN();
