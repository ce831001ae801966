#include "cluster.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "folder_lock.h"

namespace kubus::cluster {
namespace fs = std::filesystem;
namespace {

constexpr const char* kStateRoot = "/var/lib/kubus";
constexpr int kClusters = 256;

int read_index(const fs::path& dir) {
  std::ifstream file(dir / "index");
  int index = -1;
  file >> index;
  return file && index >= 0 && index < kClusters ? index : -1;
}

}  // namespace

bool Cluster::owns(const std::string& path) const {
  std::error_code error;
  const fs::path file = fs::weakly_canonical(fs::absolute(path, error), error);
  const fs::path dir = fs::weakly_canonical(state_dir(), error);
  return file.string().starts_with(dir.string() + "/");
}

Status check_name(const std::string& name) {
  const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool good = !name.empty() && name.size() <= 40 && alnum(name.front()) && alnum(name.back());
  for (const char c : name) good = good && (alnum(c) || c == '-');
  if (good) return {};
  return Status(Code::kBadRequest, "cluster name \"" + name +
                                       "\" must be lower-case letters, digits and dashes, at most "
                                       "40 of them, and begin and end with a letter or digit");
}

Result<Cluster> find_cluster(const std::string& name) {
  KUBUS_TRY(check_name(name));
  Cluster cluster{name, 0};
  cluster.index = read_index(cluster.state_dir());
  if (cluster.index < 0) return Status(Code::kNotFound, "there is no cluster \"" + name + "\"");
  return cluster;
}

std::vector<Cluster> existing_clusters() {
  std::vector<Cluster> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(kStateRoot, error))
    if (const int index = read_index(entry.path()); index >= 0)
      found.push_back({entry.path().filename(), index});
  std::sort(found.begin(), found.end(),
            [](const Cluster& a, const Cluster& b) { return a.name < b.name; });
  return found;
}

Result<Cluster> reserve_cluster(const std::string& name) {
  KUBUS_TRY(check_name(name));
  // Two `kubus up` at the same moment must not take the same index.
  auto lock = FolderLock::take(kStateRoot, true);
  if (!lock.ok()) return lock.status();
  Cluster cluster{name, 0};
  if (read_index(cluster.state_dir()) >= 0)
    return Status(
        Code::kAlreadyExists,
        "cluster \"" + name + "\" exists already; `kubus down --name " + name + "` removes it");
  std::set<int> used;
  for (const Cluster& one : existing_clusters()) used.insert(one.index);
  while (used.contains(cluster.index)) ++cluster.index;
  if (cluster.index >= kClusters)
    return Status(Code::kTooManyRequests, "this machine has 256 clusters already");
  std::error_code error;
  fs::create_directories(cluster.state_dir(), error);
  fs::permissions(cluster.state_dir(), fs::perms::owner_all, error);
  std::ofstream(cluster.unprepared_file()).flush();
  std::ofstream(fs::path(cluster.state_dir()) / "index") << cluster.index << "\n";
  if (read_index(cluster.state_dir()) != cluster.index)
    return Status(Code::kInternalError, "cannot write to " + cluster.state_dir());
  return cluster;
}

}  // namespace kubus::cluster
