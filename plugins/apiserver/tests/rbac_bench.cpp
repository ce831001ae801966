// What a decision and a change cost with ten thousand bindings; one line of JSON per figure.
#include <chrono>
#include <cstdlib>

#include "figure.h"
#include "rbac/authorizer.h"
#include "rbac/policy_text.h"

namespace kubus::apiserver::rbac {
namespace {

constexpr int kBindings = 10'000;
constexpr int kNamespaces = 500;
constexpr int kRounds = 200'000;

std::string user(int number) { return "user-" + std::to_string(number); }
std::string ns(int number) { return "ns-" + std::to_string(number % kNamespaces); }

Binding binding(int number) {
  const auto name = user(number);
  return {ns(number), name, "ClusterRole", "edit", {{false, name, ""}, {true, "team-" + name, ""}}};
}

// The defaults, and for each of many users a binding in a namespace.
void fill(Index& index) {
  for (const auto& row : default_roles())
    index.put_role("", std::string(row.name), parse_rules(row.rules));
  // What the aggregated role comes to hold.
  std::string edit;
  for (const auto& row : default_roles())
    if (row.name == "system:aggregate-to-edit" || row.name == "system:aggregate-to-view")
      edit += row.rules;
  index.put_role("", "edit", parse_rules(edit));
  for (const auto* role : {"system:basic-user", "system:discovery", "system:public-info-viewer"})
    index.put_binding({"", role, "ClusterRole", role, {{true, "system:authenticated", ""}}});
  for (int i = 0; i < kBindings; ++i) index.put_binding(binding(i));
}

template <class Work>
void measure(const char* name, int rounds, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) work(i);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  bench::print_figure("rbac", name, took.count() / rounds, "ns");
}

void run() {
  Index index;
  fill(index);
  const auto authorizer = make_authorizer(index);
  std::vector<Identity> users;
  for (int i = 0; i < kBindings; ++i)
    users.push_back({user(i), {"a", "b", "system:authenticated"}, {}});
  RequestInfo info;
  info.is_resource = true;
  info.verb = "list";
  info.resource = "pods";
  int yes = 0;
  const auto ask = [&](int i) {
    const int who = i * 7919 % kBindings;
    info.ns = ns(who);
    yes +=
        authorizer->decide(users[static_cast<std::size_t>(who)], info, nullptr) == Verdict::kAllow;
  };
  measure("allowed", kRounds, ask);
  if (yes != kRounds) std::abort();
  info.verb = "escalate";
  measure("not allowed", kRounds, ask);
  if (yes != kRounds) std::abort();
  measure("binding changed", kRounds, [&](int i) { index.put_binding(binding(i % kBindings)); });
  const auto rules = parse_rules("get core pods");
  measure("role changed", kRounds, [&](int) { index.put_role("", "view", rules); });
}

}  // namespace
}  // namespace kubus::apiserver::rbac

int main() { kubus::apiserver::rbac::run(); }
