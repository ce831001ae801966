#include "pod_memory.h"

namespace kubus::kubelet {

void PodMemory::waits(const std::string& container, WaitReason why) {
  std::lock_guard lock(mutex_);
  waiting_[container] = std::move(why);
}
void PodMemory::runs(const std::string& container) {
  std::lock_guard lock(mutex_);
  waiting_.erase(container);
}
WaitReason PodMemory::waiting(const std::string& container) const {
  std::lock_guard lock(mutex_);
  auto it = waiting_.find(container);
  return it == waiting_.end() ? WaitReason() : it->second;
}

void PodMemory::hook_begins(const std::string& id) {
  std::lock_guard lock(mutex_);
  hooks_.insert(id);
}
void PodMemory::hook_ends(const std::string& id) {
  std::lock_guard lock(mutex_);
  hooks_.erase(id);
}
bool PodMemory::hook_runs(const std::string& id) const {
  std::lock_guard lock(mutex_);
  return hooks_.contains(id);
}
bool PodMemory::any_hook_runs() const {
  std::lock_guard lock(mutex_);
  return !hooks_.empty();
}

}  // namespace kubus::kubelet
