// Cluster: a whole cluster of a test's own, made by `kubus up` and removed by `kubus down`.
//
// Thread safety: up(), down() and the destructor by one thread while no other uses it; the rest
// from any thread.
//
// Its name is unique on the machine, it has no way out of its network, and its kubeconfig is a file
// of its own. What a test cannot do on this machine is told by missing().
#pragma once

#include <sys/types.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "command.h"
#include "kubus/host.h"
#include "temp_dir.h"

namespace kubus::integration {

using testing::CommandResult;

struct ClusterOptions {
  // Configuration as environment of kubusd: {"KUBUS_SCHEDULER_ISOLATION", "process"}.
  std::vector<std::pair<std::string, std::string>> environment{};
  // Plugins come from a directory of the test's own (plugin_dir()), so that it may replace them.
  bool own_plugins = false;
};

class Cluster {
 public:
  explicit Cluster(ClusterOptions options = {});
  // down(), if it is up.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // Why no cluster can run here; empty when it can.
  static std::string missing();

  // Starts it, or its kubusd again after that has died, and waits for the node to be ready.
  CommandResult up(const std::vector<std::string>& more = {});
  // Removes it. Afterwards residue() (residue.h) must be empty.
  CommandResult down();

  const std::string& name() const { return name_; }
  std::string run_dir() const { return "/run/kubus/" + name_; }
  std::string state_dir() const { return "/var/lib/kubus/" + name_; }
  std::string kubeconfig() const { return dir_.path() + "/kubeconfig"; }
  std::string log() const;
  // Of kubusd; 0 when it does not run.
  pid_t daemon() const;
  // kill -9, and waits for its end.
  void kill_daemon() const;

  // `kubectl` and `kubus` with this cluster as theirs.
  CommandResult kubectl(const std::vector<std::string>& arguments,
                        const std::string& input = "") const;
  CommandResult kubus(const std::vector<std::string>& arguments) const;
  // kubectl apply -f -; a failure of the test when it fails.
  void apply(const std::string& manifest) const;
  // The object or list at `path` of the API; null when that fails.
  boost::json::value get(const std::string& path) const;
  // Every plugin that is not ready, or was restarted, as text; empty when all is well.
  std::string unwell() const;
  // One plugin as `kubus plugin list -o json` shows it; empty when there is none.
  boost::json::object plugin(const std::string& name) const;
  // A connection to the bus of the kubusd that runs now.
  std::unique_ptr<Host> connect() const;

  // The image "demo:1.0": a web server on port 8080 whose page is its pod's name.
  void load_demo_image() const;

  // Runs `body` on a thread inside the node's network.
  void in_network(const std::function<void()>& body) const;

  std::string plugin_dir() const { return dir_.path() + "/plugins"; }
  // Replaces the plugin by the one that was built, as a new file, in one step.
  void replace_plugin(const std::string& plugin) const;

 private:
  testing::CommandOptions environment(const std::string& input = "") const;
  boost::json::array plugins() const;

  const ClusterOptions options_;
  const kernel::TempDir dir_;
  const std::string name_;
  bool up_ = false;
};

}  // namespace kubus::integration
