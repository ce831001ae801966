#include "kubeconfig.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "folder_lock.h"

namespace kubus::cluster {
namespace fs = std::filesystem;
namespace {

Result<YAML::Node> load(const std::string& file, bool must_exist) {
  try {
    if (!must_exist && !fs::exists(file)) return YAML::Node(YAML::NodeType::Map);
    YAML::Node root = YAML::LoadFile(file);
    if (root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
    if (!root.IsMap()) return Status(Code::kBadRequest, file + " is not a kubeconfig");
    return root;
  } catch (const YAML::Exception& e) {
    return Status(Code::kBadRequest, file + ": " + e.what());
  }
}

Status write_all(int fd, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Status(Code::kInternalError, std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
  return {};
}

// Commands of several clusters change one file at the same time.
Result<FolderLock> lock_folder_of(const std::string& file) {
  return FolderLock::take(fs::absolute(file).parent_path(), true);
}

Status store(const std::string& file, const YAML::Node& root) {
  YAML::Emitter emitter;
  emitter << root;
  std::error_code error;
  const fs::path target = fs::exists(file) ? fs::canonical(file) : fs::path(file);
  fs::create_directories(target.parent_path(), error);
  const std::string draft = target.string() + ".kubus-new";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Status(Code::kInternalError, draft + ": " + std::strerror(errno));
  Status status = write_all(fd, std::string(emitter.c_str()) + "\n");
  ::close(fd);
  if (status.ok() && ::rename(draft.c_str(), target.c_str()) != 0)
    status = Status(Code::kInternalError, target.string() + ": " + std::strerror(errno));
  if (!status.ok()) ::unlink(draft.c_str());
  return status;
}

// Lists of {name: ..., <kind>: ...}, as a kubeconfig keeps its clusters, users and contexts.
void drop_named(YAML::Node root, const char* list, const std::string& name) {
  YAML::Node kept(YAML::NodeType::Sequence);
  if (root[list] && root[list].IsSequence())
    for (const auto& entry : root[list])
      if (!entry.IsMap() || !entry["name"] || entry["name"].as<std::string>("") != name)
        kept.push_back(entry);
  root[list] = kept;
}

YAML::Node find_named(const YAML::Node& list, const std::string& name) {
  if (list && list.IsSequence())
    for (const auto& entry : list)
      if (entry.IsMap() && entry["name"] && entry["name"].as<std::string>("") == name) return entry;
  return YAML::Node(YAML::NodeType::Map);
}

void put_named(YAML::Node root, const char* list, const char* kind, const std::string& name,
               const YAML::Node& value) {
  drop_named(root, list, name);
  YAML::Node entry;
  entry["name"] = name;
  entry[kind] = value;
  root[list].push_back(entry);
}

// What is kept of our own in a context, where the format has room for what others do not know: the
// context that was the current one before it. It also tells our contexts from those of others.
constexpr const char* kExtension = "kubus";
constexpr const char* kPrevious = "previous-context";

// A map; empty when there is none.
YAML::Node extension_of(const YAML::Node& root, const std::string& context) {
  const YAML::Node entry = find_named(root["contexts"], context);
  const YAML::Node binding = entry["context"];
  if (!binding || !binding.IsMap()) return YAML::Node(YAML::NodeType::Map);
  const YAML::Node ours = find_named(binding["extensions"], kExtension);
  if (!ours["extension"] || !ours["extension"].IsMap()) return YAML::Node(YAML::NodeType::Map);
  return ours["extension"];
}

std::string previous_of(const YAML::Node& root, const std::string& context) {
  const YAML::Node extension = extension_of(root, context);
  return extension[kPrevious] ? extension[kPrevious].as<std::string>("") : "";
}

std::string current_context(const YAML::Node& root) {
  return root["current-context"] ? root["current-context"].as<std::string>("") : "";
}

std::vector<std::string> context_names(const YAML::Node& root) {
  std::vector<std::string> names;
  if (root["contexts"] && root["contexts"].IsSequence())
    for (const auto& entry : root["contexts"])
      if (entry.IsMap() && entry["name"]) names.push_back(entry["name"].as<std::string>(""));
  return names;
}

// Which context to use once `previous` was wanted back: it, the only cluster of ours, or none.
std::string next_context(const YAML::Node& root, const std::string& previous) {
  std::vector<std::string> ours;
  for (const auto& name : context_names(root)) {
    if (name == previous) return name;
    if (extension_of(root, name).size() > 0) ours.push_back(name);
  }
  return ours.size() == 1 ? ours.front() : "";
}

// Nothing but what merge_context() itself writes into a file that it makes, and all of that empty.
// A link is somebody's, whatever it leads to.
bool is_left_over(const std::string& file, const YAML::Node& root) {
  std::error_code error;
  if (!root["apiVersion"] || !root["kind"] || fs::is_symlink(file, error)) return false;
  for (const auto& entry : root) {
    const std::string key = entry.first.as<std::string>("");
    if (key == "apiVersion" || key == "kind") continue;
    const bool known = key == "clusters" || key == "users" || key == "contexts" ||
                       key == "preferences" || key == "current-context";
    const bool empty = entry.second.IsScalar() ? entry.second.as<std::string>("x").empty()
                                               : entry.second.size() == 0;
    if (!known || !empty) return false;
  }
  return true;
}

}  // namespace

std::string user_kubeconfig() {
  if (const char* list = std::getenv("KUBECONFIG"); list && *list) {
    const std::string text = list;
    return text.substr(0, text.find(':'));
  }
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : "/root") + "/.kube/config";
}

std::string context_name(const std::string& cluster) {
  return cluster == "kubus" ? "kubus" : "kubus-" + cluster;
}

Status merge_context(const std::string& file, const std::string& admin_kubeconfig,
                     const std::string& context) {
  auto admin = load(admin_kubeconfig, true);
  if (!admin.ok()) return admin.status();
  auto lock = lock_folder_of(file);
  if (!lock.ok()) return lock.status();
  auto root = load(file, false);
  if (!root.ok()) return root.status();
  try {
    const std::string current = current_context(*root);
    YAML::Node extension;
    extension["name"] = kExtension;
    // Started again, it is what it was.
    extension["extension"][kPrevious] = current == context ? previous_of(*root, context) : current;
    YAML::Node binding;
    binding["cluster"] = context;
    binding["user"] = context;
    binding["extensions"].push_back(extension);
    if (!(*root)["apiVersion"]) (*root)["apiVersion"] = "v1";
    if (!(*root)["kind"]) (*root)["kind"] = "Config";
    put_named(*root, "clusters", "cluster", context, (*admin)["clusters"][0]["cluster"]);
    put_named(*root, "users", "user", context, (*admin)["users"][0]["user"]);
    put_named(*root, "contexts", "context", context, binding);
    (*root)["current-context"] = context;
  } catch (const YAML::Exception& e) {
    return Status(Code::kBadRequest, admin_kubeconfig + ": " + e.what());
  }
  return store(file, *root);
}

Status remove_context(const std::string& file, const std::string& context) {
  if (!fs::exists(file)) return {};
  auto lock = lock_folder_of(file);
  if (!lock.ok()) return lock.status();
  // Another cluster's command may have removed it meanwhile.
  if (!fs::exists(file)) return {};
  auto root = load(file, true);
  if (!root.ok()) return root.status();
  bool ours = false;
  try {
    const std::string previous = previous_of(*root, context);
    // What was current before was somebody's, in a file that was there.
    ours = extension_of(*root, context).size() > 0 && previous.empty();
    for (const char* list : {"clusters", "users", "contexts"}) drop_named(*root, list, context);
    // Whoever would have gone back to it goes where it would have gone.
    for (const auto& name : context_names(*root))
      if (previous_of(*root, name) == context) extension_of(*root, name)[kPrevious] = previous;
    if (current_context(*root) == context)
      (*root)["current-context"] = next_context(*root, previous);
    ours = ours && is_left_over(file, *root);
  } catch (const YAML::Exception& e) {
    return Status(Code::kBadRequest, file + ": " + e.what());
  }
  if (ours) {
    std::error_code error;
    if (fs::remove(file, error); error)
      return Status(Code::kInternalError, "cannot remove " + file + ": " + error.message());
    return {};
  }
  return store(file, *root);
}

}  // namespace kubus::cluster
