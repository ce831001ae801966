#include "snapshot.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "schema.h"

namespace kubus::storage_sqlite {
namespace {

Status copy_into(const std::string& path, const std::string& target) {
  auto source = open_reader(path);
  if (!source.ok()) return source.status();
  auto copy = Connection::open(target, Connection::Mode::kReadWrite);
  if (!copy.ok()) return copy.status();
  KUBUS_TRY(copy->exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"));
  // The open transaction keeps the copy on one state; otherwise each commit would start it again.
  KUBUS_TRY(source->exec("BEGIN"));
  if (auto pinned = source->integer("SELECT revision FROM head"); !pinned.ok())
    return pinned.status();
  sqlite3_backup* backup = sqlite3_backup_init(copy->handle(), "main", source->handle(), "main");
  if (backup == nullptr)
    return sqlite_failure(copy->handle(), sqlite3_errcode(copy->handle()), "snapshot");
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  source->rollback();
  if (stepped != SQLITE_DONE) return sqlite_failure(copy->handle(), stepped, "snapshot");
  if (finished != SQLITE_OK) return sqlite_failure(copy->handle(), finished, "snapshot");
  return {};
}

Status system_failure(const std::string& what) {
  return Status(Code::kServiceUnavailable, what + ": " + std::strerror(errno));
}

}  // namespace

Snapshot::Snapshot(Snapshot&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), size_(other.size_), offset_(other.offset_) {}

Snapshot::~Snapshot() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Snapshot> Snapshot::take(const std::string& path) {
  std::string target = path + ".snapshot-XXXXXX";
  const int made = ::mkostemp(target.data(), O_CLOEXEC);
  if (made < 0) return system_failure("create a snapshot of " + path);
  // Nothing is read through this descriptor: closing one drops SQLite's locks on the same file.
  ::close(made);
  Status copied = copy_into(path, target);
  const int fd = copied.ok() ? ::open(target.c_str(), O_RDONLY | O_CLOEXEC) : -1;
  ::unlink(target.c_str());
  if (!copied.ok()) return copied;
  if (fd < 0) return system_failure("open the snapshot of " + path);
  struct stat info {};
  ::fstat(fd, &info);
  return Snapshot(fd, static_cast<std::uint64_t>(info.st_size));
}

Result<std::string> Snapshot::next(std::size_t limit) {
  std::string piece(std::min<std::uint64_t>(limit, size_ - offset_), '\0');
  std::size_t have = 0;
  while (have < piece.size()) {
    const auto got =
        ::pread(fd_, piece.data() + have, piece.size() - have, static_cast<off_t>(offset_ + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return system_failure("read the snapshot");
    have += static_cast<std::size_t>(got);
  }
  offset_ += piece.size();
  return piece;
}

}  // namespace kubus::storage_sqlite
