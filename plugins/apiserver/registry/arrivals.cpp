#include "registry/arrivals.h"

#include <map>
#include <mutex>
#include <set>

namespace kubus::apiserver {

struct Arrivals::State {
  std::mutex mutex;
  const ResourceCache* namespaces = nullptr;  // null once there are no more
  std::map<std::string, std::size_t> coming;
  std::set<std::string> late;  // namespaces that got something after their end had begun
};

struct Arrivals::Guest {
  Guest(std::shared_ptr<State> state, std::string ns)
      : state(std::move(state)), ns(std::move(ns)) {}
  ~Guest() {
    // Outside of the lock: whoever looks for what is there from now on finds it.
    const bool late = comes_late();
    const std::lock_guard lock(state->mutex);
    if (late) state->late.insert(ns);
    const auto found = state->coming.find(ns);
    if (--found->second == 0) state->coming.erase(found);
  }
  bool comes_late() const {
    const ResourceCache* namespaces = nullptr;
    {
      const std::lock_guard lock(state->mutex);
      namespaces = state->namespaces;
    }
    const auto object = namespaces ? namespaces->get(ns) : nullptr;
    return object && is_ending(*object);
  }
  const std::shared_ptr<State> state;
  const std::string ns;
};

Arrivals::Arrivals(ClusterCache& cache) : state_(std::make_shared<State>()) {
  state_->namespaces = cache.find("", "namespaces");
}

Arrivals::~Arrivals() {
  const std::lock_guard lock(state_->mutex);
  state_->namespaces = nullptr;
}

std::shared_ptr<const void> Arrivals::enter(const std::string& ns) {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->coming[ns];
  }
  return std::make_shared<const Guest>(state_, ns);
}

bool Arrivals::settled(const std::string& ns) {
  const std::lock_guard lock(state_->mutex);
  const bool late = state_->late.erase(ns) > 0;
  return !late && !state_->coming.contains(ns);
}

bool is_ending(const Object& ns) {
  return ns.deleting() || ns.field("status.phase") == "Terminating";
}

}  // namespace kubus::apiserver
