#include "registry.h"

namespace kubus::runtime_oci {
namespace {

template <class Map>
auto values(const Map& map) {
  std::vector<typename Map::mapped_type> result;
  for (const auto& [id, entry] : map) result.push_back(entry);
  return result;
}

}  // namespace

Result<SandboxPtr> Registry::sandbox(const std::string& id) const {
  const std::lock_guard lock(mutex);
  const auto found = sandboxes_.find(id);
  if (found == sandboxes_.end())
    return Status(Code::kNotFound, "sandbox \"" + id + "\" does not exist");
  return found->second;
}

Result<ContainerPtr> Registry::container(const std::string& id) const {
  const std::lock_guard lock(mutex);
  const auto found = containers_.find(id);
  if (found == containers_.end())
    return Status(Code::kNotFound, "container \"" + id + "\" does not exist");
  return found->second;
}

std::vector<SandboxPtr> Registry::sandboxes() const {
  const std::lock_guard lock(mutex);
  return values(sandboxes_);
}

std::vector<ContainerPtr> Registry::containers() const {
  const std::lock_guard lock(mutex);
  return values(containers_);
}

std::vector<ContainerPtr> Registry::containers_of(const std::string& sandbox_id) const {
  const std::lock_guard lock(mutex);
  std::vector<ContainerPtr> result;
  for (const auto& [id, entry] : containers_)
    if (entry->record.message.sandbox_id() == sandbox_id) result.push_back(entry);
  return result;
}

void Registry::add(const std::string& id, SandboxPtr entry) {
  const std::lock_guard lock(mutex);
  sandboxes_[id] = std::move(entry);
}

void Registry::add(const std::string& id, ContainerPtr entry) {
  const std::lock_guard lock(mutex);
  containers_[id] = std::move(entry);
}

void Registry::remove_sandbox(const std::string& id) {
  SandboxPtr keep;  // destroyed without the mutex
  const std::lock_guard lock(mutex);
  const auto found = sandboxes_.find(id);
  if (found == sandboxes_.end()) return;
  keep = found->second;
  sandboxes_.erase(found);
}

void Registry::remove_container(const std::string& id) {
  ContainerPtr keep;
  const std::lock_guard lock(mutex);
  const auto found = containers_.find(id);
  if (found == containers_.end()) return;
  keep = found->second;
  containers_.erase(found);
}

runtime::Sandbox Registry::describe(const SandboxPtr& entry) const {
  const std::lock_guard lock(mutex);
  return entry->record.message;
}

runtime::Container Registry::describe(const ContainerPtr& entry) const {
  const std::lock_guard lock(mutex);
  return entry->record.message;
}

Status Registry::save(const SandboxEntry& entry) const {
  return save_record(settings_.sandbox(entry.record.message.id()) + "/record", entry.record);
}

Status Registry::save(const ContainerEntry& entry) const {
  return save_record(settings_.container(entry.record.message.id()) + "/record", entry.record);
}

}  // namespace kubus::runtime_oci
