// DirectoryImpl: the directory of the kernel's process and the service that answers for it.
//
// Thread safety: all members from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "bus/directory_table.h"
#include "bus/routes.h"
#include "kubus/host.h"

namespace kubus::bus {

// Wire form of a report and back.
kernel::ReportRequest encode_report(const InstanceReport& report);
InstanceReport decode_report(const kernel::ReportRequest& message);

class DirectoryImpl final : public Directory {
 public:
  // `routes` are those of the kernel's own process.
  explicit DirectoryImpl(Routes& routes);

  void expect(const std::string& id, std::uint64_t generation, const std::string& process,
              std::vector<std::string> permissions) override;
  void process_gone(const std::string& process) override;
  void instance_gone(const std::string& id, std::uint64_t generation) override;
  void prefer(const std::string& service, const std::string& id) override;
  std::vector<InstanceRecord> instances() const override;
  std::vector<ServiceRecord> services() const override;
  void observe(InstanceObserver observer) override;

  Status add(const kernel::RegisterRequest& request);
  Status announce(const kernel::AnnounceRequest& request);
  void withdraw(const std::string& id, std::uint64_t generation, bool clean);
  void report(const InstanceReport& report);

  // The service; its handlers need this object for as long as they may run.
  Service service();
  // Forgets observer and watchers.
  void close();

 private:
  void tell(const kernel::Change& change);
  void watch(StreamWriter writer);

  Routes& routes_;
  mutable std::mutex mutex_;  // held while a change is told, so that all hear the same order
  DirectoryTable table_;
  std::vector<StreamWriter> watchers_;
  std::mutex observer_mutex_;
  std::shared_ptr<InstanceObserver> observer_;
};

}  // namespace kubus::bus
