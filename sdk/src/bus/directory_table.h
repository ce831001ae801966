// DirectoryTable: who exists and who serves what. Each change is returned as the message that tells
// others of it.
//
// Thread safety: none; Directory guards it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kubus/host.h"
#include "kubus/kernel.pb.h"
#include "kubus/status.h"

namespace kubus::bus {

class DirectoryTable {
 public:
  using Key = std::pair<std::string, std::uint64_t>;  // id, generation

  void expect(const Key& key, const std::string& process, std::vector<std::string> permissions);
  // kForbidden when another process was named for it, kConflict when a newer generation is there.
  Result<kernel::Change> add(const kernel::RegisterRequest& request);
  Result<kernel::Change> announce(const kernel::AnnounceRequest& request);
  kernel::Change remove(const Key& key, bool clean);
  kernel::Change remove_process(const std::string& process);
  kernel::Change prefer(const std::string& service, const std::string& id);

  kernel::Change snapshot() const;
  const kernel::Instance* find(const std::string& id) const;
  // The same for one that is only starting, or leaving: it calls others then as well. Generation 0:
  // the newest.
  const kernel::Instance* find_or_expect(const Key& wanted, kernel::Instance& expected) const;
  std::vector<InstanceRecord> instances() const;
  std::vector<ServiceRecord> services() const;

 private:
  struct Entry {
    kernel::Instance record;
    std::set<std::string> services;
  };
  struct Expected {
    std::string process;
    std::vector<std::string> permissions;
  };

  void provide(const std::string& service, const std::string& id);
  void unprovide(const std::string& service, const std::string& id);
  std::string active(const std::string& service) const;
  void describe(const std::string& service, kernel::Change& change) const;

  std::map<Key, Expected> expected_;
  std::set<Key> present_;                 // every generation that has not left
  std::map<std::string, Entry> current_;  // the newest one by id
  std::map<std::string, std::vector<std::string>> providers_;
  std::map<std::string, std::string> preferred_;
};

}  // namespace kubus::bus
