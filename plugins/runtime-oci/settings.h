// What the plugin is configured with, and the places it keeps things in.
//
// Thread safety: a value, constant after start.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layer_writer.h"

namespace kubus::runtime_oci {

struct Settings {
  std::string state_dir;    // survives a reboot
  std::string runtime_dir;  // sockets and pid files
  std::string crun = "crun";
  std::string conmon = "conmon";
  std::string skopeo = "skopeo";
  std::string helper_dir;  // of oci-pause and oci-enter
  std::string pull_netns;  // network namespace that images are pulled in; empty: ours
  std::vector<std::string> insecure_registries;
  std::string default_cgroup = "/kubus";  // parent of sandboxes that name none
  std::int64_t shm_bytes = 64 << 20;
  LayerLimits layer_limits;

  std::string sandboxes() const { return state_dir + "/sandboxes"; }
  std::string containers() const { return state_dir + "/containers"; }
  std::string images() const { return state_dir + "/images"; }
  std::string sandbox(const std::string& id) const { return sandboxes() + "/" + id; }
  std::string container(const std::string& id) const { return containers() + "/" + id; }
  std::string exits() const { return runtime_dir + "/exits"; }
  std::string attach_dir() const { return runtime_dir + "/attach"; }
  std::string sessions() const { return runtime_dir + "/sessions"; }
  std::string shm(const std::string& id) const { return runtime_dir + "/shm/" + id; }
  std::string empty_root() const { return runtime_dir + "/empty"; }
  std::string oci_root() const { return runtime_dir + "/oci"; }
};

}  // namespace kubus::runtime_oci
