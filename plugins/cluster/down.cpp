// kubus down: removes a throw-away cluster and everything it made.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "choose.h"
#include "cluster.h"
#include "folder_lock.h"
#include "teardown.h"

namespace kubus::cluster {
namespace {

// `kubus` hands its own --run-dir on as KUBUS_RUN_DIR, and what it found when nobody chose. What it
// found says nothing here: a cluster that has died is not among it.
Wishes wishes_of_kubus() {
  const auto text = [](const char* variable) -> std::string {
    const char* value = std::getenv(variable);
    return value ? value : "";
  };
  Wishes wishes;
  const std::string from = text("KUBUS_RUN_DIR_FROM");
  if (from == "option")
    wishes.run_dir = text("KUBUS_RUN_DIR");
  else if (from != "search")
    wishes.environment = text("KUBUS_RUN_DIR");
  return wishes;
}

Status take_down(const std::string& name) {
  KUBUS_TRY(check_name(name));
  const Cluster unnumbered{name};
  // A `kubus up` that still works on the cluster ends first.
  const auto lock = FolderLock::take(unnumbered.state_dir(), false);
  if (lock.code() == Code::kInternalError) return lock.status();
  auto cluster = find_cluster(name);
  return cluster.ok() ? tear_down(*cluster) : cluster.status();
}

int complain(int code, const std::string& message) {
  std::fprintf(stderr, "kubus down: %s\n", message.c_str());
  return code;
}

int run(int argc, char** argv) {
  Wishes wishes = wishes_of_kubus();
  CLI::App app("Removes a cluster that `kubus up` made, with all its data.", "kubus down");
  app.add_option("--name", wishes.name, "Name of the cluster; else the only one that is up");
  app.add_option("--run-dir", wishes.run_dir,
                 "Run directory of the cluster, in place of its name; also KUBUS_RUN_DIR, which "
                 "--name comes before");
  CLI11_PARSE(app, argc, argv);
  if (::geteuid() != 0) return complain(1, "needs root");
  const auto name = choose_cluster(wishes, all_clusters());
  // As the other verbs end when one has to be chosen.
  if (!name.ok()) return complain(name.code() == Code::kNotFound ? 1 : 2, name.status().message());
  const Status status = take_down(*name);
  if (!status.ok()) return complain(1, status.message());
  std::printf("cluster %s is gone\n", name->c_str());
  return 0;
}

}  // namespace
}  // namespace kubus::cluster

int main(int argc, char** argv) { return kubus::cluster::run(argc, argv); }
