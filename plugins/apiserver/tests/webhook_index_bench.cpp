// What a write costs that no webhook is about, one that a webhook is about, and a change of a
// configuration, where there are a thousand of them; one line of JSON per figure.
#include <chrono>
#include <cstdlib>
#include <string>

#include "cache/cluster_cache.h"
#include "figure.h"
#include "webhooks/webhook_index.h"

namespace kubus::apiserver::webhooks {
namespace {

constexpr int kConfigurations = 1'000;
constexpr int kLookups = 200'000;
constexpr int kChanges = 20;

std::string resource(int number) { return "things" + std::to_string(number); }

std::string configuration(int number) {
  return R"({"kind":"ValidatingWebhookConfiguration",)"
         R"("apiVersion":"admissionregistration.k8s.io/v1","metadata":{"name":"c)" +
         std::to_string(number) +
         R"("},"webhooks":[{"name":"a.example.com","clientConfig":{"url":"https://h"},)"
         R"("rules":[{"operations":["CREATE","UPDATE"],"apiGroups":["example.com"],)"
         R"("apiVersions":["v1"],"resources":[")" +
         resource(number) + R"(","secrets"]}],"sideEffects":"None",)" +
         R"("admissionReviewVersions":["v1"]}]})";
}

class Bench {
 public:
  Bench() : cache_(4), index_(*cache_.find("admissionregistration.k8s.io", kPlural)) {
    cache_.reset(ClusterCache::Filling(cache_), ++revision_);
    for (int i = 0; i < kConfigurations; ++i) put(i);
  }

  void put(int number) {
    const auto key = std::string("/registry/admissionregistration.k8s.io/") + kPlural + "/c" +
                     std::to_string(number);
    const auto value = configuration(number);
    ++revision_;
    cache_.apply({{key, value, revision_}}, revision_);
  }

  std::size_t look_up(const AdmissionCall& call) {
    const auto found = index_.candidates(call);
    return found ? found->size() : 0;
  }

  template <class Work>
  static void measure(const char* name, int rounds, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) work(i);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    bench::print_figure("webhooks", name, took.count() / rounds, "ns");
  }

 private:
  static constexpr const char* kPlural = "validatingwebhookconfigurations";

  ClusterCache cache_;
  WebhookIndex index_;
  std::int64_t revision_ = 0;
};

Call call_about(const char* plural) {
  Call call;
  call.resource = find_resource("", "v1", plural);
  return call;
}

void run() {
  Bench bench;
  auto maps = call_about("configmaps"), secrets = call_about("secrets");
  const AdmissionCall other{maps, AdmissionCall::Operation::kCreate, nullptr, nullptr};
  const AdmissionCall named{secrets, AdmissionCall::Operation::kCreate, nullptr, nullptr};
  std::size_t found = 0;
  Bench::measure("not concerned", kLookups, [&](int) { found += bench.look_up(other); });
  if (found != 0) std::abort();
  Bench::measure("concerned", kLookups, [&](int) { found += bench.look_up(named); });
  if (found != static_cast<std::size_t>(kLookups) * kConfigurations) std::abort();
  Bench::measure("configuration changed", kChanges, [&](int i) {
    bench.put(i);
    found += bench.look_up(other);
  });
}

}  // namespace
}  // namespace kubus::apiserver::webhooks

int main() { kubus::apiserver::webhooks::run(); }
