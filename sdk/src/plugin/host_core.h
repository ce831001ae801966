// HostCore: what stands behind Host. It outlives the Host while an instance of it does not end.
//
// Thread safety: all members from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bus/directory.h"
#include "bus/directory_client.h"
#include "bus/event_hub.h"
#include "bus/process.h"
#include "kubus/host.h"

namespace kubus::plugin {

class InstanceImpl;

class HostCore final : public bus::Process, public std::enable_shared_from_this<HostCore> {
 public:
  HostCore(HostOptions options, std::string process);
  ~HostCore() override;

  Status open();
  Status close(std::chrono::milliseconds deadline);

  const HostOptions& options() const { return options_; }
  InstanceImpl& self() { return *self_; }
  Directory* directory() { return directory_.get(); }
  bool connected() const;
  Result<Instance*> make_instance(InstanceOptions options);
  Status release(Instance* instance);
  std::vector<Instance*> instances() const;
  void observe(InstanceObserver observer);

  // bus::Process
  Registration subscribe(const std::shared_ptr<bus::Node>& node, std::string_view topic,
                         bus::EventHandler handler) override;
  void forget(bus::Node& node) override;
  void announce(bus::Node& node, const std::string& topic) override;

  // For InstanceImpl. `done` runs on the loop of self().
  void enter(InstanceImpl& instance, UniqueFunction<void(Status)> done);
  void leave(const std::string& id, std::uint64_t generation, bool clean);
  void report(InstanceReport report);

 private:
  Status check(const InstanceOptions& options) const;
  kernel::RegisterRequest describe(const InstanceImpl& instance) const;
  void rejoin();
  void serve_control();
  std::shared_ptr<InstanceImpl> find(const std::string& id, std::uint64_t generation) const;

  const HostOptions options_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<InstanceImpl>> instances_;
  std::map<std::pair<std::string, std::uint64_t>, std::set<std::string>> topics_;
  std::shared_ptr<InstanceObserver> observer_;
  bool closed_ = false;

  std::shared_ptr<InstanceImpl> self_;
  std::unique_ptr<bus::DirectoryImpl> directory_;
  std::unique_ptr<bus::DirectoryClient> client_;
  std::unique_ptr<bus::EventHub> hub_;
  std::uint64_t listening_ = 0;
};

}  // namespace kubus::plugin
