#include "admission.h"

#include <algorithm>

namespace kubus::kubelet {
namespace {

Rejection predicate(const std::string& name, const std::string& why) {
  return {name, "Predicate " + name + " failed: " + why};
}

std::int64_t amount(const Resources& of, const std::string& name) {
  const auto it = of.extended.find(name);
  return it == of.extended.end() ? 0 : it->second;
}

class Check {
 public:
  Check(const PodUse& wanted, const std::map<std::string, PodUse>& others,
        const Admission::Node& node)
      : wanted_(wanted), others_(others), node_(node) {
    for (const auto& [uid, other] : others) taken_ += other.requested;
  }

  std::optional<Rejection> resources() const {
    const auto pods = static_cast<std::int64_t>(others_.size());
    if (pods + 1 > node_.max_pods) return out_of("pods", 1, pods, node_.max_pods);
    const Resources& want = wanted_.requested;
    const Resources& has = node_.allocatable;
    if (short_of(want.cpu, taken_.cpu, has.cpu))
      return out_of("cpu", want.cpu, taken_.cpu, has.cpu);
    if (short_of(want.memory, taken_.memory, has.memory))
      return out_of("memory", want.memory, taken_.memory, has.memory);
    if (short_of(want.storage, taken_.storage, has.storage))
      return out_of("ephemeral-storage", want.storage, taken_.storage, has.storage);
    for (const auto& [name, wanted] : want.extended)
      if (short_of(wanted, amount(taken_, name), amount(has, name)))
        return out_of(name, wanted, amount(taken_, name), amount(has, name));
    return std::nullopt;
  }

  bool ports_free() const {
    return std::none_of(others_.begin(), others_.end(), [&](const auto& other) {
      return std::any_of(
          other.second.ports.begin(), other.second.ports.end(), [&](const HostPort& taken) {
            return std::any_of(wanted_.ports.begin(), wanted_.ports.end(),
                               [&](const HostPort& port) { return port.conflicts(taken); });
          });
    });
  }

 private:
  static bool short_of(std::int64_t wanted, std::int64_t taken, std::int64_t has) {
    return wanted > 0 && wanted > has - taken;
  }
  static Rejection out_of(const std::string& what, std::int64_t wanted, std::int64_t taken,
                          std::int64_t has) {
    return {"OutOf" + what,
            "Node didn't have enough resource: " + what + ", requested: " + std::to_string(wanted) +
                ", used: " + std::to_string(taken) + ", capacity: " + std::to_string(has)};
  }

  const PodUse& wanted_;
  const std::map<std::string, PodUse>& others_;
  const Admission::Node& node_;
  Resources taken_;
};

}  // namespace

std::optional<Rejection> Admission::admit(const core_v1::Pod& pod, const Node& node) {
  const std::string& uid = pod.metadata().uid();
  PodUse use = use_of(pod);
  std::lock_guard lock(mutex_);
  if (pods_.contains(uid)) return std::nullopt;
  if (auto rejection = sysctls_.check(pod)) return rejection;
  const Check check(use, pods_, node);
  if (auto rejection = check.resources()) return rejection;
  if (!selects_node(pod, {node.name, node.labels}))
    return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  if (!check.ports_free())
    return predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  pods_.emplace(uid, std::move(use));
  return std::nullopt;
}

void Admission::admitted(const core_v1::Pod& pod) {
  std::lock_guard lock(mutex_);
  pods_.try_emplace(pod.metadata().uid(), use_of(pod));
}

void Admission::release(const std::string& uid) {
  std::lock_guard lock(mutex_);
  pods_.erase(uid);
}

}  // namespace kubus::kubelet
