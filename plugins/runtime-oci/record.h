// What is kept on disk of a sandbox or container: a protobuf message and the processes behind it;
// and of other processes that may outlive this one.
//
// Thread safety: free functions.
//
// The file is replaced as a whole. It is not forced to disk: after a power failure no process of it
// is left, and a torn file only means that its leftovers are removed.
#pragma once

#include <string>

#include "kubus/runtime.pb.h"
#include "kubus/status.h"
#include "process.h"

namespace kubus::runtime_oci {

template <class Message>
struct Record {
  Message message;
  ProcessId process;  // holder of a sandbox, first process of a container; {0, 0} after a reboot
  ProcessId monitor;  // conmon of a container
};

using SandboxRecord = Record<runtime::Sandbox>;
using ContainerRecord = Record<runtime::Container>;

Status save_record(const std::string& file, const SandboxRecord& record);
Status save_record(const std::string& file, const ContainerRecord& record);
Result<SandboxRecord> load_sandbox(const std::string& file);
Result<ContainerRecord> load_container(const std::string& file);

Status save_process(const std::string& file, const ProcessId& process);
// {0, 0} when there is none, or it was of another boot.
ProcessId load_process(const std::string& file);

}  // namespace kubus::runtime_oci
