#include <algorithm>

#include "spec_parts.h"

namespace kubus::runtime_oci {
namespace {

namespace json = boost::json;

json::object mount(std::string_view type, std::string_view source, std::string_view target,
                   std::initializer_list<std::string_view> options) {
  json::array list;
  for (const auto option : options) list.emplace_back(option);
  return {{"destination", target}, {"type", type}, {"source", source}, {"options", list}};
}

std::string absolute(const std::string& path) {
  std::string result = path.starts_with('/') ? path : "/" + path;
  while (result.size() > 1 && result.back() == '/') result.pop_back();
  return result;
}

std::string_view propagation_of(const runtime::Mount& mount) {
  switch (mount.propagation()) {
    case runtime::Mount::HOST_TO_CONTAINER:
      return "rslave";
    case runtime::Mount::BIDIRECTIONAL:
      return "rshared";
    default:
      return "rprivate";
  }
}

json::object bind_of(const runtime::Mount& from) {
  json::array options{"rbind", propagation_of(from)};
  if (from.recursive_readonly())
    options.emplace_back("rro");
  else
    options.emplace_back(from.readonly() ? "ro" : "rw");
  return {{"destination", absolute(from.container_path())},
          {"type", "bind"},
          {"source", from.host_path()},
          {"options", std::move(options)}};
}

std::vector<json::object> usual_mounts(const SpecInput& input) {
  const std::string_view access = input.config.security().privileged() ? "rw" : "ro";
  std::vector<json::object> list;
  list.push_back(mount("proc", "proc", "/proc", {"nosuid", "noexec", "nodev"}));
  list.push_back(
      mount("tmpfs", "tmpfs", "/dev", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
  list.push_back(mount("devpts", "devpts", "/dev/pts",
                       {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}));
  list.push_back(mount("mqueue", "mqueue", "/dev/mqueue", {"nosuid", "noexec", "nodev"}));
  list.push_back(mount("sysfs", "sysfs", "/sys", {"nosuid", "noexec", "nodev", access}));
  list.push_back(mount("cgroup", "cgroup", "/sys/fs/cgroup",
                       {"nosuid", "noexec", "nodev", "relatime", access}));
  list.push_back(mount("bind", input.shm, "/dev/shm",
                       {"rbind", "rprivate", "nosuid", "noexec", "nodev", "rw"}));
  const std::string_view files = input.config.security().readonly_rootfs() ? "ro" : "rw";
  for (const auto& [source, target] :
       {std::pair{input.hostname_file, "/etc/hostname"}, {input.resolv_file, "/etc/resolv.conf"}})
    if (!source.empty())
      list.push_back(mount("bind", source, target, {"rbind", "rprivate", files}));
  return list;
}

}  // namespace

json::array spec_mounts(const SpecInput& input) {
  std::vector<json::object> wanted;
  for (const auto& item : input.config.mounts()) wanted.push_back(bind_of(item));
  // A mount point must be mounted before what lies below it.
  const auto depth = [](const json::object& m) {
    const auto& path = m.at("destination").as_string();
    return std::count(path.begin(), path.end(), '/');
  };
  std::stable_sort(wanted.begin(), wanted.end(),
                   [&](const auto& a, const auto& b) { return depth(a) < depth(b); });
  json::array result;
  for (auto& usual : usual_mounts(input)) {
    const bool replaced = std::any_of(wanted.begin(), wanted.end(), [&](const auto& m) {
      return m.at("destination") == usual.at("destination");
    });
    if (!replaced) result.emplace_back(std::move(usual));
  }
  for (auto& item : wanted) result.emplace_back(std::move(item));
  return result;
}

std::string spec_root_propagation(const SpecInput& input) {
  std::string result = "private";
  for (const auto& item : input.config.mounts()) {
    if (item.propagation() == runtime::Mount::BIDIRECTIONAL) return "rshared";
    if (item.propagation() == runtime::Mount::HOST_TO_CONTAINER) result = "rslave";
  }
  return result;
}

}  // namespace kubus::runtime_oci
