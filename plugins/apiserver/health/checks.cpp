#include "health/checks.h"

namespace kubus::apiserver {
namespace {

Health::Check unless(std::function<bool()> well, const char* why) {
  return [well = std::move(well), why] { return well() ? std::string() : std::string(why); };
}

class Hooks {
 public:
  explicit Hooks(Health& health) : health_(health) {}
  void add(const char* name, const std::atomic<bool>& done) {
    health_.add("poststarthook/" + std::string(name), false,
                unless([&done] { return done.load(); }, "not finished"));
  }

 private:
  Health& health_;
};

}  // namespace

void add_checks(Health& health, const Progress& progress, Signs signs) {
  health.add("ping", false, [] { return std::string(); });
  health.add("etcd", false, unless(signs.storage_follows, "storage does not answer"));
  health.add("etcd-readiness", true, unless(signs.storage_follows, "storage does not answer"));
  health.add("informer-sync", true, unless(signs.filled, "storage has not been read yet"));
  Hooks hooks(health);
  if (signs.shares) hooks.add("priority-and-fairness-config-consumer", progress.flows);
  hooks.add("start-apiextensions-controllers", progress.controllers);
  health.add("poststarthook/crd-informer-synced", false,
             unless(signs.filled, "storage has not been read yet"));
  hooks.add("start-system-namespaces-controller", progress.objects);
  hooks.add("start-cluster-authentication-info-controller", progress.objects);
  hooks.add("start-service-ip-repair-controllers", progress.controllers);
  hooks.add("rbac/bootstrap-roles", progress.roles);
  hooks.add("scheduling/bootstrap-system-priority-classes", progress.objects);
  hooks.add("priority-and-fairness-config-producer", progress.flows);
  hooks.add("bootstrap-controller", progress.objects);
  hooks.add("start-kubernetes-service-cidr-controller", progress.objects);
  for (const char* hook :
       {"apiservice-status-local-available-controller",
        "apiservice-status-remote-available-controller", "apiservice-registration-controller",
        "kube-apiserver-autoregistration"})
    hooks.add(hook, progress.controllers);
  health.add("shutdown", true,
             unless([drains = std::move(signs.drains)] { return !drains(); }, "it is ending"));
}

}  // namespace kubus::apiserver
