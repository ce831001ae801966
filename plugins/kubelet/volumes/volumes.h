// The volumes of a pod on this node: made before its containers start, kept up to date while it
// runs, removed with it.
//
// Thread safety: one worker at a time for each pod.
#pragma once

#include <k8s/core/v1/pod.pb.h>

#include <map>
#include <string>
#include <vector>

#include "../environment.h"
#include "atomic_dir.h"

namespace kubus::kubelet {

// Volume name -> directory (or file, for hostPath) on the node.
using VolumePaths = std::map<std::string, std::string>;

class Volumes {
 public:
  // `root` holds one directory per pod uid.
  explicit Volumes(std::string root) : root_(std::move(root)) {}

  struct SetUp {
    VolumePaths paths;
    // Of volumes that could not be refreshed and show what they showed before.
    std::vector<std::string> problems;
  };
  // Makes or refreshes all of them. The first one that cannot be made ends it; messages are what
  // the user sees in FailedMount events.
  Result<SetUp> set_up(const core_v1::Pod& pod, const ObjectSource& source, const NodeFacts& facts);
  // Unmounts and removes everything of the pod.
  Status tear_down(const std::string& pod_uid);
  // Uids of pods that have something here.
  std::vector<std::string> pods() const;

  std::string pod_dir(const std::string& uid) const { return root_ + "/" + uid; }

 private:
  Result<std::string> set_up_one(const core_v1::Pod& pod, const core_v1::Volume& volume,
                                 const ObjectSource& source, const NodeFacts& facts);
  // Where files made from objects are: "<pod>/volumes/kubernetes.io~<plugin>/<volume>"; empty for
  // other kinds of volumes.
  std::string payload_path(const core_v1::Pod& pod, const core_v1::Volume& volume) const;
  std::string root_;
};

// What the files of a configuration volume are; pure but for the lookups.
Result<Payload> config_map_payload(const core_v1::Pod& pod,
                                   const core_v1::ConfigMapVolumeSource& volume,
                                   const ObjectSource& source);
Result<Payload> secret_payload(const core_v1::Pod& pod, const core_v1::SecretVolumeSource& volume,
                               const ObjectSource& source);
Result<Payload> downward_payload(const core_v1::Pod& pod,
                                 const core_v1::DownwardAPIVolumeSource& volume,
                                 const NodeFacts& facts);
Result<Payload> projected_payload(const core_v1::Pod& pod,
                                  const core_v1::ProjectedVolumeSource& volume,
                                  const ObjectSource& source, const NodeFacts& facts);

// Shows `sub` (a subPath) of a volume at `place`, in the pod's directory, by a mount: whatever
// happens to the volume meanwhile, a container that is given `place` gets what was found here,
// which no link has led outside. What was shown there before goes. Directories that are missing
// are made, with the mode of the volume's root. kInvalid, in the reference's words; `whose` names
// the mount in them.
Status show_sub_path(const std::string& volume, const std::string& sub, const std::string& place,
                     const std::string& whose);

// The hostPath of `source`, checked (and made) as its type asks.
Result<std::string> prepare_host_path(const core_v1::HostPathVolumeSource& source);

}  // namespace kubus::kubelet
