// The OCI runtime (crun, or runc) as a command.
//
// Thread safety: const after find(); everything blocks.
#pragma once

#include <string>
#include <vector>

#include "kubus/status.h"
#include "settings.h"

namespace kubus::runtime_oci {

class OciCli {
 public:
  // `hide_unified`: the machine has the hybrid cgroup layout, in which crun needs help.
  static Result<OciCli> find(const Settings& settings, bool hide_unified);

  // The command line that runs the runtime with `arguments`.
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;
  Status start(const std::string& id) const;
  // Kills it, and removes its cgroup and what the runtime keeps of it; ok when there is none.
  Status remove(const std::string& id) const;
  const std::string& name() const { return name_; }        // "crun"
  const std::string& version() const { return version_; }  // "1.8.1"

 private:
  std::string root_;
  std::vector<std::string> prefix_;
  std::string name_;
  std::string version_;
};

}  // namespace kubus::runtime_oci
