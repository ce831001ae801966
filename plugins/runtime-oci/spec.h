// The OCI runtime specification (config.json) of a container.
//
// Thread safety: free functions over values.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "kubus/runtime.pb.h"
#include "kubus/status.h"
#include "manifest.h"
#include "users.h"

namespace kubus::runtime_oci {

struct SpecInput {
  runtime::ContainerConfig config;  // mounts of images already have a host_path
  runtime::SandboxConfig sandbox;
  ImageConfig image;
  User user;
  std::string cgroup;  // path of the container's cgroup
  std::string rootfs;  // absolute
  std::string shm;     // bound to /dev/shm
  std::string hostname_file;
  std::string resolv_file;
  std::string seccomp;  // JSON of linux.seccomp; empty: unconfined
  pid_t holder = 0;     // the process that holds the sandbox's namespaces
  pid_t target = 0;     // the process whose pid namespace is joined (NamespaceMode TARGET)
  bool cgroup_v2 = false;
  bool counts_swap = false;
};

// Invalid for what cannot be run (no command, an unknown capability).
Result<std::string> make_spec(const SpecInput& input);

// The command line: the container's over the image's. Invalid when there is none.
Result<std::vector<std::string>> command_line(const runtime::ContainerConfig& config,
                                              const ImageConfig& image);
// "NAME=value", the container's over the image's over the usual ones.
std::vector<std::string> environment(const SpecInput& input);
std::string working_dir(const runtime::ContainerConfig& config, const ImageConfig& image);
// The namespaces in effect: the container's, else the sandbox's.
const runtime::NamespaceOptions& namespaces_of(const runtime::ContainerConfig& config,
                                               const runtime::SandboxConfig& sandbox);
// The process object of an exec: that of `spec` with another command. Invalid when malformed.
Result<std::string> make_exec_process(const std::string& spec,
                                      const std::vector<std::string>& command, bool tty);

}  // namespace kubus::runtime_oci
