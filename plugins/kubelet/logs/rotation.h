// The files of a container's log: the one that is written, and older ones beside it, named after
// the time they were put aside: "0.log", "0.log.20260102-030405", "0.log.20260101-030405.gz".
//
// Thread safety: free functions that block; one at a time for each log.
#pragma once

#include <functional>
#include <string>

#include "kubus/api/time.h"
#include "kubus/status.h"

namespace kubus::kubelet {

// Puts the log aside under the name of `now`, a time of this machine's zone. At most `max_files`
// are left, of which all but the written and the newest old one are compressed. `reopen` makes the
// writer begin a new file; when it fails the log gets its name back. kConflict when a log has been
// put aside in the same second.
Status rotate_log(const std::string& path, int max_files, SystemTime now,
                  const std::function<Status()>& reopen);

// The older files of a log that is gone.
void remove_rotated_logs(const std::string& path);

}  // namespace kubus::kubelet
