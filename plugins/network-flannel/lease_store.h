// LeaseStore: the leases of a node in a file. A lease is on the disk before it is handed out, a
// half-written record at the end is the only damage a crash can do, and it is cut off.
//
// Thread safety: all members from any thread, and from several processes on one file: each
// operation holds a file lock and first reads what others wrote, so that two generations of the
// plugin may overlap during an upgrade.
#pragma once

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "address_pool.h"

namespace kubus::flannel {

class LeaseStore {
 public:
  // Opens or creates `path` (and `path`.lock). The directory must exist.
  static Result<std::unique_ptr<LeaseStore>> open(std::string path, Ipv4Range range);
  ~LeaseStore();
  LeaseStore(const LeaseStore&) = delete;
  LeaseStore& operator=(const LeaseStore&) = delete;

  struct Acquired {
    Lease lease;
    bool fresh = false;  // false: the sandbox held it already
  };
  // The sandbox's lease, made if it has none. kConflict when a host port is another's,
  // kTooManyRequests when every address is held, kInvalid for an impossible sandbox id.
  Result<Acquired> acquire(const std::string& sandbox, const std::vector<HostPort>& ports);
  // The lease that was released, or none if the sandbox held none.
  Result<std::optional<Lease>> release(const std::string& sandbox);
  Result<std::optional<Lease>> find(const std::string& sandbox);
  Result<std::vector<Lease>> leases();

 private:
  LeaseStore(std::string path, Ipv4Range range, int lock_fd);
  class Guard;

  Status catch_up();
  Status reload();
  Status apply(std::string_view line);
  Status check_ports(const std::vector<HostPort>& ports) const;
  Status append(const std::string& body);
  Status compact_if_worthwhile();

  const std::string path_;
  const Ipv4Range range_;
  std::mutex mutex_;
  const int lock_fd_;
  int fd_ = -1;
  off_t read_to_ = 0;  // end of the last whole record that was applied
  std::size_t records_ = 0;
  AddressPool pool_;
};

}  // namespace kubus::flannel
