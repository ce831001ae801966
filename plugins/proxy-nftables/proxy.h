// Proxy: keeps the kernel's rules equal to the services of a Model.
//
// Thread safety: the setters from any thread, at any time, and they never wait for the kernel;
// sync() and remove_all() from any thread, one at a time, and they block.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "kubus/nft.h"
#include "kubus/status.h"
#include "model.h"
#include "ownership.h"
#include "table.h"

namespace kubus::proxy_nftables {

class Proxy {
 public:
  // `pod_ranges` as in TableOptions, of both families.
  // `owner_file` is shared by all instances that write these tables.
  Proxy(const std::vector<std::string>& pod_ranges, const std::string& owner_file);

  void set_service(Service service);
  void remove_service(const std::string& key);
  void set_slice(const std::string& id, EndpointSlice slice);
  void remove_slice(const std::string& id);

  struct Report {
    std::size_t services = 0;         // that changed
    std::size_t bytes = 0;            // of rule text sent
    std::size_t forgotten_flows = 0;  // of UDP
    bool full = false;                // tables replaced as a whole
    bool superseded = false;          // nothing done: another instance took over
    std::string recovered_from;       // why a change had to become a replacement
  };
  // Programs what changed since the last call: one transaction per family. The first call replaces
  // whatever an earlier process left. After a failure the next call tries everything again.
  Result<Report> sync();
  // Whether the kernel still has the tables that this process made.
  bool tables_present();
  // The next sync() replaces everything, whatever is thought to be there.
  void distrust();
  // Removes the tables of both families, unless another instance took over.
  Status remove_all();

 private:
  Result<Report> sync_locked();
  std::set<std::string> stage_changes();
  Status program(Table& table, bool& present, Report& report);
  Status replace(Table& table, bool& present, Report& report);

  std::mutex model_mutex_;
  Model model_;
  bool distrusted_ = true;

  std::mutex sync_mutex_;
  Ownership owner_;
  Nft nft_;
  Table four_, six_;
  // Whether the kernel has the table, as far as this process made it.
  bool four_present_ = false, six_present_ = false;
};

}  // namespace kubus::proxy_nftables
