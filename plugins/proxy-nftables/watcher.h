// Watcher: feeds a Proxy from the cluster's Services and EndpointSlices, and runs it.
//
// Thread safety: all members on the loop.
//
// Changes that arrive together are programmed together: a sync starts `min_interval` after the
// first of them, one at a time, on the pool. Nothing is programmed before both kinds are known
// completely, so that what an earlier generation left stays in force until then.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "kubus/context.h"
#include "kubus/informer.h"
#include "proxy.h"
#include "rule_watch.h"

namespace k8s::io::api::core::v1 {
class Service;
}
namespace k8s::io::api::discovery::v1 {
class EndpointSlice;
}

namespace kubus::proxy_nftables {

struct WatcherOptions {
  std::string node_name;
  Duration min_interval = std::chrono::milliseconds(5);
};

class Watcher {
 public:
  // `programmed` runs once, after the first sync.
  Watcher(Context& context, std::shared_ptr<Proxy> proxy, WatcherOptions options, Task programmed);
  Status start();
  // No sync starts after this.
  void stop();

 private:
  using ServiceObject = k8s::io::api::core::v1::Service;
  using SliceObject = k8s::io::api::discovery::v1::EndpointSlice;

  void on_service(const std::shared_ptr<const ServiceObject>& old,
                  const std::shared_ptr<const ServiceObject>& now);
  void on_slice(const std::shared_ptr<const SliceObject>& old,
                const std::shared_ptr<const SliceObject>& now);
  void request_sync();
  void sync_in(Duration delay);
  void run_sync();
  void finish_sync(const Result<Proxy::Report>& result);
  void watch_rules();
  void verify();

  Context& context_;
  std::shared_ptr<Proxy> proxy_;
  WatcherOptions options_;
  Task programmed_;
  Informer<ServiceObject> services_;
  Informer<SliceObject> slices_;
  std::optional<RuleWatch> rules_;
  Registration rules_readable_;
  Registration timer_;
  int unsynced_ = 2;  // kinds whose first list is not in
  bool running_ = false;
  bool wanted_ = false;
  bool stopped_ = false;
  Duration backoff_{0};
};

}  // namespace kubus::proxy_nftables
