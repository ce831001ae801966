// Which cluster a command is about when nobody says its name.
//
// Thread safety: single-threaded commands.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster.h"

namespace kubus::cluster {

// An empty text is a wish, and a wrong one: of a script whose variable is not set.
struct Wishes {
  std::optional<std::string> name;     // --name
  std::optional<std::string> run_dir;  // --run-dir
  std::string environment;  // KUBUS_RUN_DIR, unless `kubus` itself found it; here empty is none
};

struct Clusters {
  std::vector<std::string> up;    // names of those that a kubusd may listen in
  std::vector<std::string> down;  // of those of which only the state is left
};
// Those of this machine, in the order of their names.
Clusters all_clusters();

// Its name, which need not exist: --name and --run-dir, which must agree, come before
// KUBUS_RUN_DIR, and that before the only cluster that is up. Where none is, the only one that is
// left is meant. kBadRequest when the wishes contradict each other or no cluster of `kubus up` can
// have that directory, kConflict when one has to be chosen, kNotFound when there is none.
Result<std::string> choose_cluster(const Wishes& wishes, const Clusters& clusters);

}  // namespace kubus::cluster
