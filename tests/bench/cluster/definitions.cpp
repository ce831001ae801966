#include <chrono>
#include <thread>

#include "api/run.h"
#include "cluster/bench.h"
#include "cluster/processes.h"
#include "figure.h"

namespace kubus::bench {

namespace asio = boost::asio;

namespace {

constexpr const char* kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
constexpr int kFields = 40;

std::string fields() {
  static constexpr const char* kTypes[] = {R"("type":"string","pattern":"^[a-z0-9-]+$")",
                                           R"("type":"integer","minimum":0)", R"("type":"boolean")",
                                           R"("type":"array","items":{"type":"string"})"};
  std::string text;
  for (int i = 0; i < kFields; ++i)
    text += (i > 0 ? ",\"field" : "\"field") + std::to_string(i) + "\":{" + kTypes[i % 4] +
            R"(,"description":"Field number )" + std::to_string(i) +
            R"( of the specification, which says what the operator is to do about it."})";
  return text;
}

std::string definition(const std::string& name, const std::string& fields) {
  return R"({"metadata":{"name":")" + name + R"(s.bench.example.com"},"spec":{"group":)" +
         R"("bench.example.com","scope":"Namespaced","names":{"plural":")" + name +
         R"(s","kind":")" + name + R"("},"versions":[{"name":"v1","served":true,"storage":true,)" +
         R"("subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object",)" +
         R"("properties":{"spec":{"type":"object","properties":{)" + fields +
         R"(}},"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}})";
}

}  // namespace

void bench_definitions(const BenchCluster& cluster, std::size_t count) {
  const auto access = Access::from_kubeconfig(cluster.kubeconfig());
  asio::io_context io(1);
  ApiClient client(io, access);
  const auto before = use_of(cluster.netns());
  const auto all_fields = fields();
  run_one(io, [&]() -> asio::awaitable<void> {
    co_await client.connect();
    std::string name;
    for (std::size_t i = 0; i < count; ++i) {
      name = "kind" + std::to_string(i);
      const auto body = definition(name, all_fields);
      co_await client.expect(201, {.method = "POST", .target = kDefinitions, .body = body});
    }
    // The last one is served, so all are; then what follows them has its time.
    const auto target = "/apis/bench.example.com/v1/" + name + "s";
    while (count > 0 && (co_await client.send({.method = "GET", .target = target})).status != 200) {
    }
  });
  std::this_thread::sleep_for(std::chrono::seconds(2));
  print_figure("cluster", "definitions_memory", (use_of(cluster.netns()).pss_kb - before.pss_kb) / 1024, "MiB");
}

}  // namespace kubus::bench
