#include "bus/directory_table.h"

#include <algorithm>

namespace kubus::bus {

void DirectoryTable::expect(const Key& key, const std::string& process,
                            std::vector<std::string> permissions) {
  expected_[key] = {process, std::move(permissions)};
}

void DirectoryTable::provide(const std::string& service, const std::string& id) {
  auto& list = providers_[service];
  if (std::find(list.begin(), list.end(), id) == list.end()) list.push_back(id);
}

void DirectoryTable::unprovide(const std::string& service, const std::string& id) {
  const auto it = providers_.find(service);
  if (it == providers_.end()) return;
  std::erase(it->second, id);
  if (it->second.empty()) providers_.erase(it);
}

std::string DirectoryTable::active(const std::string& service) const {
  const auto it = providers_.find(service);
  if (it == providers_.end()) return {};
  const auto wanted = preferred_.find(service);
  if (wanted != preferred_.end() &&
      std::find(it->second.begin(), it->second.end(), wanted->second) != it->second.end())
    return wanted->second;
  return it->second.front();
}

void DirectoryTable::describe(const std::string& service, kernel::Change& change) const {
  kernel::Service& record = *change.add_services();
  record.set_name(service);
  record.set_active(active(service));
  if (const auto it = providers_.find(service); it != providers_.end())
    for (const std::string& id : it->second) record.add_providers(id);
}

Result<kernel::Change> DirectoryTable::add(const kernel::RegisterRequest& request) {
  const Key key{request.id(), request.generation()};
  // A process need not be announced under its own name.
  const bool itself = request.id() == request.process();
  const auto expected = expected_.find(key);
  if (!itself && (expected == expected_.end() || expected->second.process != request.process()))
    return Status(Code::kForbidden, request.id() + "." + std::to_string(request.generation()) +
                                        " was not started in " + request.process());
  Entry& entry = current_[request.id()];
  if (entry.record.generation() > request.generation())
    return Status(Code::kConflict, request.id() + " has a newer generation");
  const std::set<std::string> before = entry.services;
  entry.services = {request.services().begin(), request.services().end()};
  entry.record.set_id(request.id());
  entry.record.set_generation(request.generation());
  entry.record.set_process(request.process());
  entry.record.clear_permissions();
  if (expected != expected_.end())
    for (const std::string& one : expected->second.permissions) entry.record.add_permissions(one);
  *entry.record.mutable_topics() = request.topics();
  present_.insert(key);

  kernel::Change change;
  *change.add_instances() = entry.record;
  for (const std::string& service : before)
    if (!entry.services.contains(service)) {
      unprovide(service, request.id());
      describe(service, change);
    }
  for (const std::string& service : entry.services) {
    provide(service, request.id());
    describe(service, change);
  }
  return change;
}

Result<kernel::Change> DirectoryTable::announce(const kernel::AnnounceRequest& request) {
  const auto it = current_.find(request.id());
  if (it == current_.end() || it->second.record.generation() != request.generation())
    return Status(Code::kNotFound, request.id() + " is not registered");
  *it->second.record.mutable_topics() = request.topics();
  kernel::Change change;
  *change.add_instances() = it->second.record;
  return change;
}

kernel::Change DirectoryTable::remove(const Key& key, bool clean) {
  kernel::Change change;
  expected_.erase(key);
  const bool was_present = present_.erase(key) > 0;
  const auto it = current_.find(key.first);
  if (it != current_.end() && it->second.record.generation() == key.second) {
    const std::set<std::string> services = std::move(it->second.services);
    current_.erase(it);
    for (const std::string& service : services) {
      unprovide(service, key.first);
      describe(service, change);
    }
  }
  if (!was_present) return change;
  kernel::Gone& gone = *change.add_gone();
  gone.set_id(key.first);
  gone.set_generation(key.second);
  gone.set_clean(clean);
  return change;
}

kernel::Change DirectoryTable::remove_process(const std::string& process) {
  std::vector<Key> keys;
  for (const auto& [key, expected] : expected_)
    if (expected.process == process) keys.push_back(key);
  for (const auto& [id, entry] : current_)
    if (entry.record.process() == process) keys.emplace_back(id, entry.record.generation());
  kernel::Change all;
  for (const Key& key : keys) all.MergeFrom(remove(key, false));
  return all;
}

kernel::Change DirectoryTable::prefer(const std::string& service, const std::string& id) {
  if (id.empty())
    preferred_.erase(service);
  else
    preferred_[service] = id;
  kernel::Change change;
  if (providers_.contains(service)) describe(service, change);
  return change;
}

kernel::Change DirectoryTable::snapshot() const {
  kernel::Change change;
  change.set_reset(true);
  for (const auto& [id, entry] : current_) *change.add_instances() = entry.record;
  for (const auto& [service, ids] : providers_) describe(service, change);
  return change;
}

const kernel::Instance* DirectoryTable::find(const std::string& id) const {
  const auto it = current_.find(id);
  return it == current_.end() ? nullptr : &it->second.record;
}

const kernel::Instance* DirectoryTable::find_or_expect(const Key& wanted,
                                                       kernel::Instance& expected) const {
  const auto& [id, generation] = wanted;
  if (const auto* found = find(id); found && (generation == 0 || found->generation() == generation))
    return found;
  const auto after = expected_.upper_bound({id, generation == 0 ? UINT64_MAX : generation});
  if (after == expected_.begin()) return nullptr;
  const auto& [key, entry] = *std::prev(after);
  if (key.first != id || (generation != 0 && key.second != generation)) return nullptr;
  expected.set_id(id);
  expected.set_generation(key.second);
  expected.set_process(entry.process);
  *expected.mutable_permissions() = {entry.permissions.begin(), entry.permissions.end()};
  return &expected;
}

std::vector<InstanceRecord> DirectoryTable::instances() const {
  std::vector<InstanceRecord> list;
  for (const auto& [id, entry] : current_)
    list.push_back({id,
                    entry.record.generation(),
                    entry.record.process(),
                    {entry.record.permissions().begin(), entry.record.permissions().end()}});
  return list;
}

std::vector<ServiceRecord> DirectoryTable::services() const {
  std::vector<ServiceRecord> list;
  for (const auto& [service, ids] : providers_) list.push_back({service, active(service), ids});
  return list;
}

}  // namespace kubus::bus
