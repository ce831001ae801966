#include "rotation.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <set>
#include <vector>

#include "kubus/unique_fd.h"

namespace kubus::kubelet {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCompressed = ".gz";
constexpr std::string_view kUnfinished = ".tmp";

Status failure(const std::string& what) {
  return {Code::kInternalError, what + ": " + std::strerror(errno)};
}

// By name, which is by age: the oldest first.
std::set<std::string> old_files(const std::string& path) {
  const fs::path log(path);
  const std::string prefix = log.filename().string() + ".";
  std::set<std::string> files;
  std::error_code error;
  for (fs::directory_iterator at(log.parent_path(), error), end; !error && at != end;
       at.increment(error))
    if (at->path().filename().string().starts_with(prefix)) files.insert(at->path().string());
  return files;
}

// What a rotation that was interrupted has left: half a file, or one that is compressed already.
void drop_unfinished(std::set<std::string>& files) {
  std::erase_if(files, [&](const std::string& file) {
    const bool useless =
        file.ends_with(kUnfinished) || files.contains(file + std::string(kCompressed));
    if (useless) ::unlink(file.c_str());
    return useless;
  });
}

bool copy_compressed(int from, gzFile to) {
  std::array<char, 64 * 1024> block;
  for (;;) {
    const ssize_t got = ::read(from, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    if (::gzwrite(to, block.data(), static_cast<unsigned>(got)) != got) return false;
  }
}

Status compress(const std::string& file) {
  const std::string result = file + std::string(kCompressed);
  const std::string unfinished = result + std::string(kUnfinished);
  const UniqueFd from(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!from) return failure(file);
  const int into = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (into < 0) return failure(unfinished);
  const auto zip = ::gzdopen(into, "wb");
  if (!zip) {
    ::close(into);
    return failure(unfinished);
  }
  const bool copied = copy_compressed(from.get(), zip);
  if (::gzclose(zip) != Z_OK || !copied || ::rename(unfinished.c_str(), result.c_str()) < 0) {
    const Status status = failure("compressing " + file);
    ::unlink(unfinished.c_str());
    return status;
  }
  ::unlink(file.c_str());
  return {};
}

std::string stamp(SystemTime time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm fields{};
  ::localtime_r(&seconds, &fields);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d-%H%M%S", &fields)};
}

}  // namespace

Status rotate_log(const std::string& path, int max_files, SystemTime now,
                  const std::function<Status()>& reopen) {
  const std::string aside = path + "." + stamp(now);
  auto old = old_files(path);
  if (old.contains(aside) || old.contains(aside + std::string(kCompressed)))
    return {Code::kConflict, "the log was rotated in the same second"};
  drop_unfinished(old);
  // Beside these there are the one put aside now and the one that is written.
  const auto kept = static_cast<std::size_t>(std::max(max_files - 2, 0));
  while (old.size() > kept) {
    if (::unlink(old.begin()->c_str()) < 0 && errno != ENOENT) return failure(*old.begin());
    old.erase(old.begin());
  }
  for (const auto& file : old)
    if (!file.ends_with(kCompressed)) KUBUS_TRY(compress(file));
  if (::rename(path.c_str(), aside.c_str()) < 0) return failure(path);
  const Status reopened = reopen();
  // Not over a new file that the writer has begun all the same.
  if (!reopened.ok())
    ::renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE);
  return reopened;
}

void remove_rotated_logs(const std::string& path) {
  for (const auto& file : old_files(path)) ::unlink(file.c_str());
}

}  // namespace kubus::kubelet
