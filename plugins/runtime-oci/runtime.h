// The runtime as a whole: what the service answers its calls with.
//
// Thread safety: all members from any thread unless noted. Blocking members are for pool threads;
// those with a callback return at once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "containers.h"
#include "exit_watch.h"
#include "node.h"
#include "puller.h"
#include "sandboxes.h"
#include "sessions.h"

namespace kubus::runtime_oci {

class Runtime {
 public:
  // Takes over what is in the directories. kConflict while another Runtime has them (the generation
  // that this one replaces): what is half made there only its maker knows. `loop` and `pool` must
  // be stopped before the Runtime is destroyed. Blocks.
  static Result<std::unique_ptr<Runtime>> open(Settings settings, Loop& loop, Pool& pool,
                                               Logger log);
  ~Runtime();

  // Ends what may take long: pulls, commands and stops that are waited for fail with kUnavailable;
  // whoever asked will ask the successor. On the loop.
  void drain();

  runtime::StatusResponse status() const;
  Sandboxes& sandboxes() { return sandboxes_; }
  Containers& containers() { return containers_; }
  Sessions& sessions() { return sessions_; }
  Puller& puller() { return puller_; }
  ImageStore& images() { return *node_.images; }
  EventHub& events() { return node_.events; }
  Node& node() { return node_; }

  Result<runtime::SandboxStatusResponse> sandbox_status(const std::string& id) const;
  runtime::ListSandboxesResponse list(const runtime::ListSandboxesRequest& request) const;
  Result<runtime::Container> container(const std::string& id) const;
  runtime::ListContainersResponse list(const runtime::ListContainersRequest& request) const;
  runtime::StatsResponse stats(const runtime::StatsRequest& request) const;  // blocks
  runtime::ImageFsInfoResponse image_fs_info() const;                        // blocks
  Status remove_image(const std::string& image);                             // blocks
  Result<std::vector<runtime::Image>> load_image(const std::string& path,
                                                 const std::string& name);         // blocks
  runtime::PruneImagesResponse prune(const runtime::PruneImagesRequest& request);  // blocks

 private:
  Runtime(Settings settings, Loop& loop, Pool& pool, Logger log, OciCli oci, Cgroups cgroups);

  Node node_;
  Containers containers_;
  Sandboxes sandboxes_;
  Sessions sessions_;
  Puller puller_;
  std::unique_ptr<ExitWatch> exits_;
  UniqueFd lock_;  // held as long as we live
};

}  // namespace kubus::runtime_oci
