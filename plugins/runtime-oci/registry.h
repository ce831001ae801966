// The sandboxes and containers that exist, in memory; each also has a record on disk.
//
// Thread safety: all members from any thread. The fields of an entry under "guarded" are read and
// written with Registry::mutex held; no I/O but saving a record happens under it, and no
// Registration is reset under it (its callback may be waiting for the mutex).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "kubus/loop.h"
#include "record.h"
#include "settings.h"

namespace kubus::runtime_oci {

// Follows one process to its end without being its parent.
struct ProcessWatch {
  UniqueFd fd;
  Registration registration;  // set and reset on the loop, or by the destructor
  ProcessWatch() = default;
  ~ProcessWatch() { registration.reset(); }
};

struct SandboxEntry {
  std::mutex operation;  // one lifecycle operation at a time; taken before Registry::mutex
  // guarded
  SandboxRecord record;
  std::shared_ptr<ProcessWatch> watch;
};

struct ContainerEntry {
  std::mutex operation;
  // guarded
  ContainerRecord record;
  std::string cgroup;
  std::shared_ptr<ProcessWatch> watch;
  // Run once, without the mutex: when it has ended, or with why that is not waited for any more.
  std::vector<std::function<void(const Status&)>> on_exit;
  bool killed = false;    // by us, with KILL
  bool released = false;  // mounts and cgroup are gone; under `operation`
};

using SandboxPtr = std::shared_ptr<SandboxEntry>;
using ContainerPtr = std::shared_ptr<ContainerEntry>;

class Registry {
 public:
  explicit Registry(const Settings& settings) : settings_(settings) {}

  // NotFound.
  Result<SandboxPtr> sandbox(const std::string& id) const;
  Result<ContainerPtr> container(const std::string& id) const;
  std::vector<SandboxPtr> sandboxes() const;
  std::vector<ContainerPtr> containers() const;
  std::vector<ContainerPtr> containers_of(const std::string& sandbox_id) const;
  void add(const std::string& id, SandboxPtr entry);
  void add(const std::string& id, ContainerPtr entry);
  void remove_sandbox(const std::string& id);
  void remove_container(const std::string& id);

  // Copies of what is known now.
  runtime::Sandbox describe(const SandboxPtr& entry) const;
  runtime::Container describe(const ContainerPtr& entry) const;
  // Writes the entry's record; the mutex is held.
  Status save(const SandboxEntry& entry) const;
  Status save(const ContainerEntry& entry) const;

  mutable std::mutex mutex;

 private:
  const Settings& settings_;
  std::map<std::string, SandboxPtr> sandboxes_;
  std::map<std::string, ContainerPtr> containers_;
};

}  // namespace kubus::runtime_oci
