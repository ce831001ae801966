// Starts a container under conmon, which keeps its streams, log, exit code and attach socket.
//
// Thread safety: free functions; launch() blocks until the container is created.
#pragma once

#include <string>
#include <vector>

#include "kubus/status.h"
#include "process.h"

namespace kubus::runtime_oci {

struct ConmonOptions {
  std::string conmon;                // path
  std::vector<std::string> runtime;  // the OCI runtime's command line before "create"
  std::string id;
  std::string name;
  std::string bundle;
  std::string log_path;  // empty: no log
  std::string exit_dir;
  std::string attach_dir;  // the socket is <attach_dir>/<attach_name(id)>/attach
  bool tty = false;
  bool has_stdin = false;
  bool stdin_once = false;
};

struct ConmonProcesses {
  ProcessId monitor;
  ProcessId container;  // waits to be started
};

Result<ConmonProcesses> launch_conmon(const ConmonOptions& options);
// The path of a socket may be 107 bytes long, which a whole id would use up.
std::string attach_name(const std::string& id);
// The file in the bundle with conmon's pid.
std::string conmon_pidfile(const std::string& bundle);
// Tells the conmon of `bundle`, through its control pipe.
Status conmon_reopen_log(const std::string& bundle);
Status conmon_resize(const std::string& bundle, unsigned columns, unsigned rows);

}  // namespace kubus::runtime_oci
