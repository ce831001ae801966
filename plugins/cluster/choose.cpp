#include "choose.h"

#include <filesystem>

namespace kubus::cluster {
namespace fs = std::filesystem;
namespace {

// By another name of the same directory, too: /var/run/kubus/NAME/.
Result<std::string> name_of(const std::string& run_dir) {
  std::error_code error;
  fs::path dir = fs::weakly_canonical(fs::absolute(run_dir, error), error);
  if (!dir.has_filename()) dir = dir.parent_path();
  const std::string name = dir.filename();
  if (!run_dir.empty() && check_name(name).ok() &&
      dir == fs::weakly_canonical(fs::path(Cluster{name}.run_dir()).parent_path(), error) / name)
    return name;
  return Status(Code::kBadRequest, "\"" + run_dir +
                                       "\" is not the run directory of a cluster of `kubus up`: "
                                       "choose one with --name");
}

Status choose_one(const std::string& what, const std::vector<std::string>& names) {
  std::string text = what + ": choose one with --name, --run-dir or KUBUS_RUN_DIR:";
  for (const std::string& name : names) text += "\n  " + Cluster{name}.run_dir();
  return Status(Code::kConflict, text);
}

}  // namespace

Clusters all_clusters() {
  Clusters all;
  std::error_code error;
  for (const Cluster& cluster : existing_clusters()) {
    const bool up = fs::exists(cluster.run_dir() + "/bus/kubus", error);
    (up ? all.up : all.down).push_back(cluster.name);
  }
  return all;
}

Result<std::string> choose_cluster(const Wishes& wishes, const Clusters& clusters) {
  if (wishes.name) KUBUS_TRY(check_name(*wishes.name));
  if (wishes.run_dir) {
    auto named = name_of(*wishes.run_dir);
    if (named.ok() && wishes.name && *wishes.name != *named)
      return Status(Code::kBadRequest, "--name " + *wishes.name + " and --run-dir " +
                                           *wishes.run_dir +
                                           " are different clusters: give one of the two");
    return named;
  }
  if (wishes.name) return *wishes.name;
  if (!wishes.environment.empty()) return name_of(wishes.environment);
  if (clusters.up.size() > 1) return choose_one("several clusters are up", clusters.up);
  if (clusters.up.size() == 1) return clusters.up.front();
  if (clusters.down.size() > 1)
    return choose_one("no cluster is up, several are left", clusters.down);
  if (clusters.down.size() == 1) return clusters.down.front();
  return Status(Code::kNotFound, "there is no cluster");
}

}  // namespace kubus::cluster
