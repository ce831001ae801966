// ControlPlane: storage and API server inside the process of a test, on a directory of its own.
//
// Thread safety: made, used and destroyed by one thread; the contexts of its members as theirs.
//
// The real plugins of this build, driven over the bus; no node, no controllers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kubus/host.h"

namespace kubus::testing {

class ControlPlane {
 public:
  // Why it cannot run here with that API server; empty when it can.
  static std::string missing(kubus_plugin_entry_fn apiserver = nullptr);

  // `apiserver` is the entry of an API server that is part of the test's program; null: the
  // build's own. A part that does not become ready throws std::runtime_error.
  explicit ControlPlane(kubus_plugin_entry_fn apiserver = nullptr);
  // Stops all members, those that use the others first.
  ~ControlPlane();
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  // An instance of the test's own that may do everything; stopped by leave() or at the end.
  Instance& join(const std::string& id);
  void leave(Instance& member);
  // A plugin of the build, with the defaults of its configuration; ends as an instance of the test's
  // own does. One that does not become ready throws std::runtime_error.
  Instance& load(const std::string& plugin);
  // Stops the API server and starts it again: watches break, nothing stored is lost.
  // `settings` are keys of its configuration; throws as the constructor does.
  void restart_apiserver(const std::map<std::string, std::string>& settings = {});

  Host& host();
  // Where the API server keeps its certificates and the administrator's kubeconfig.
  std::string cert_dir() const;
  // Of the API server over HTTPS on the loopback address; 0: it has none.
  std::uint16_t https_port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kubus::testing
