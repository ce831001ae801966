// The user's kubeconfig: adds and removes one cluster's context, leaving everything else as it was.
//
// Thread safety: single-threaded commands; the file is replaced in one step (rename), mode 0600.
#pragma once

#include <string>

#include "kubus/status.h"

namespace kubus::cluster {

// The file plain kubectl reads: the first of $KUBECONFIG's list, else ~/.kube/config.
std::string user_kubeconfig();

// "kubus" for the cluster of that name, else "kubus-NAME".
std::string context_name(const std::string& cluster);

// Puts cluster, user and context of `admin_kubeconfig` into `file` under `context` and makes it the
// current context; the one before it is remembered there. kBadRequest when either file cannot be
// understood; `file` is unchanged then.
Status merge_context(const std::string& file, const std::string& admin_kubeconfig,
                     const std::string& context);
// Takes `context` out again. If it was the current one, that becomes again what it was before, else
// the only other cluster of ours, else empty. Ok when absent. A file that held nothing but contexts
// of ours is removed with the last of them.
Status remove_context(const std::string& file, const std::string& context);

}  // namespace kubus::cluster
