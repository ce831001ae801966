#include "atomic_dir.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace kubus::kubelet {
namespace fs = std::filesystem;
namespace {

Status failure(const std::string& what) {
  return Status(Code::kInternalError, what + ": " + std::strerror(errno));
}

Status check_paths(const Payload& payload) {
  for (const auto& [path, content] : payload) {
    const fs::path relative(path);
    bool escapes = path.empty() || relative.is_absolute();
    for (const auto& part : relative) escapes = escapes || part == "..";
    if (escapes || path.starts_with(".."))
      return Status(Code::kInvalid, "\"" + path + "\" is not a path inside the volume");
  }
  return {};
}

bool shows(const fs::path& data, const Payload& payload) {
  std::error_code error;
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data, error))
    files += entry.is_regular_file();
  if (error || files != payload.size()) return false;
  for (const auto& [path, content] : payload) {
    std::ifstream file(data / path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (!file || text.str() != content.data) return false;
    struct stat info {};
    if (::stat((data / path).c_str(), &info) != 0 || (info.st_mode & 07777) != content.mode)
      return false;
  }
  return true;
}

Status fill(const fs::path& dir, const Payload& payload, std::int64_t group) {
  std::error_code error;
  for (const auto& [path, content] : payload) {
    const fs::path file = dir / path;
    fs::create_directories(file.parent_path(), error);
    std::ofstream out(file, std::ios::binary);
    out.write(content.data.data(), static_cast<std::streamsize>(content.data.size()));
    out.close();
    if (!out) return failure("cannot write " + file.string());
    if (::chmod(file.c_str(), content.mode) != 0) return failure("chmod " + file.string());
    const bool ours = group < 0 && content.owner < 0;
    if (!ours &&
        ::chown(file.c_str(), static_cast<uid_t>(content.owner), static_cast<gid_t>(group)) != 0)
      return failure("chown " + file.string());
  }
  return {};
}

// The names users see are links through ..data, so that one rename changes all of them.
Status link_names(const fs::path& dir, const Payload& payload) {
  std::set<std::string> wanted;
  for (const auto& [path, content] : payload) wanted.insert(fs::path(path).begin()->string());
  std::error_code error;
  for (const std::string& name : wanted) {
    const fs::path link = dir / name;
    if (fs::is_symlink(fs::symlink_status(link, error))) continue;
    if (::symlink(("..data/" + name).c_str(), link.c_str()) != 0)
      return failure("cannot link " + link.string());
  }
  for (const auto& entry : fs::directory_iterator(dir, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with("..") && !wanted.contains(name)) fs::remove(entry.path(), error);
  }
  return {};
}

}  // namespace

Status write_atomically(const std::string& dir_name, const Payload& payload, std::int64_t group) {
  KUBUS_TRY(check_paths(payload));
  const fs::path dir(dir_name);
  const fs::path data = dir / "..data";
  std::error_code error;
  fs::create_directories(dir, error);
  if (fs::exists(data, error) && shows(data, payload)) return link_names(dir, payload);
  const fs::path old = fs::exists(data, error) ? fs::read_symlink(data, error) : fs::path();

  static std::atomic<std::uint64_t> counter{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  const std::string fresh = ".." + std::to_string(now) + "." + std::to_string(counter++);
  fs::create_directories(dir / fresh, error);
  if (error) return Status(Code::kInternalError, fresh + ": " + error.message());
  KUBUS_TRY(fill(dir / fresh, payload, group));
  const fs::path next = dir / "..data_tmp";
  ::unlink(next.c_str());
  if (::symlink(fresh.c_str(), next.c_str()) != 0) return failure("cannot link " + next.string());
  if (::rename(next.c_str(), data.c_str()) != 0) return failure("cannot switch " + data.string());
  KUBUS_TRY(link_names(dir, payload));
  if (!old.empty()) fs::remove_all(dir / old, error);
  return {};
}

}  // namespace kubus::kubelet
