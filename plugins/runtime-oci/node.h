// What the parts of the runtime share.
//
// Thread safety: as its members.
#pragma once

#include <memory>
#include <optional>

#include "cgroups.h"
#include "event_hub.h"
#include "image_store.h"
#include "kubus/log.h"
#include "kubus/loop.h"
#include "kubus/pool.h"
#include "oci_cli.h"
#include "process.h"
#include "registry.h"
#include "settings.h"
#include "terminal_starter.h"

namespace kubus::runtime_oci {

struct Node {
  Settings settings;
  Loop& loop;
  Pool& pool;
  Logger log;
  Cgroups cgroups;
  OciCli oci;
  std::string conmon;  // its path
  std::unique_ptr<ImageStore> images;
  EventHub events;
  Registry registry;
  Cancel cancelled{};                                 // of what takes long
  std::optional<TerminalStarter> terminal_starter{};  // set
};

// The outcome of an operation that takes its time, once, on any thread.
using Done = std::function<void(Status)>;

// Calls `ended` on the loop when the process has ended; at once (posted) when it is gone already.
// Destroying the watch cancels it.
std::shared_ptr<ProcessWatch> watch_process(Node& node, const ProcessId& process,
                                            std::function<void()> ended);
// Waits until the process is gone; false when `timeout` passes first.
bool wait_gone(const ProcessId& process, std::chrono::milliseconds timeout);

}  // namespace kubus::runtime_oci
