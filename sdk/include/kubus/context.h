// Context: what a running plugin instance is given, and the owner of everything it registers.
//
// Thread safety: all members from any thread. Valid from Plugin::start until the Plugin is
// destroyed.
//
// Order at the end of an instance: the gate closes (new calls are refused with kDraining and go to
// the successor), Plugin::drain runs, calls inside finish or are cancelled at the deadline, pool
// and loop stop and are joined, registrations and sockets are dropped, the Plugin is destroyed, and
// only then may its file be unmapped.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kubus/bus.h"
#include "kubus/config.h"
#include "kubus/log.h"
#include "kubus/loop.h"
#include "kubus/pool.h"

namespace kubus {

class Context {
 public:
  virtual ~Context() = default;

  virtual const std::string& id() const = 0;     // "controller-deployment"
  virtual std::uint64_t generation() const = 0;  // grows with every upgrade
  virtual Config config() const = 0;             // current values
  virtual const Logger& log() const = 0;
  virtual Loop& loop() = 0;
  // Workers for blocking work; the thread limit is the manifest's `threads` (default 4).
  virtual Pool& pool() = 0;
  virtual bus::Client& bus() = 0;
  virtual bus::Server& server() = 0;
  // A directory of the plugin's own that survives restarts and upgrades (mode 0700).
  virtual std::string state_dir() const = 0;
  // A directory for sockets and pid files that is empty after a reboot.
  virtual std::string runtime_dir() const = 0;
  // Ends this instance as failed with `why`; the supervisor restarts it with backoff.
  virtual void fail(Status why) = 0;
  // Runs (on the loop) when the instance begins to drain, before Plugin::drain.
  virtual void on_drain(Task task) = 0;
  // The context that outlives every plugin of this process (identity "process"): what plugins
  // share, such as informer caches, uses its loop and bus. A context without one is its own.
  virtual Context& process() { return *this; }
  // An object of libkubus kept once per context under its type's name (the API client and its
  // informers live here), made by `make` on first use and destroyed before the loop is.
  virtual std::shared_ptr<void> shared(const std::string& key,
                                       const std::function<std::shared_ptr<void>()>& make) = 0;
};

}  // namespace kubus
