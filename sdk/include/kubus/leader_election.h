// LeaderElection: at most one of several instances is active, agreed on through a Lease.
//
// Thread safety: the callbacks run on the context's Loop. Destroying it gives the lease up.
//
// Times are the reference's: a lease lasts 15 s, its holder renews every 2 s and gives up leading
// after 10 s without a successful renewal, so that two leaders never overlap.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kubus/loop.h"

namespace kubus {

class Context;

struct LeaderElectionOptions {
  std::string ns = "kube-system";
  std::string name;      // of the Lease
  std::string identity;  // unique among the candidates
  Duration lease = std::chrono::seconds(15);
  Duration renew_deadline = std::chrono::seconds(10);
  Duration retry = std::chrono::seconds(2);
};

class LeaderElection {
 public:
  LeaderElection(Context& context, LeaderElectionOptions options,
                 std::function<void()> on_started_leading,
                 std::function<void()> on_stopped_leading);
  ~LeaderElection();
  bool leading() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace kubus
