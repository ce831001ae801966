#include "lease_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "journal.h"

namespace kubus::flannel {
namespace {

constexpr int kFileFlags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC;
// A file of fewer records than this is never worth rewriting.
constexpr std::size_t kCompactionFloor = 1024;

Status sync_directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return system_error(directory);
  const int outcome = fsync(fd);
  const Status status = outcome == 0 ? Status() : system_error("fsync " + directory);
  close(fd);
  return status;
}

}  // namespace

// The mutex keeps this process's threads apart, the file lock other processes.
class LeaseStore::Guard {
 public:
  explicit Guard(LeaseStore& store) : store_(store), lock_(store.mutex_) {
    while (flock(store_.lock_fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
    status_ = store_.catch_up();
  }
  ~Guard() { flock(store_.lock_fd_, LOCK_UN); }
  const Status& status() const { return status_; }

 private:
  LeaseStore& store_;
  std::lock_guard<std::mutex> lock_;
  Status status_;
};

LeaseStore::LeaseStore(std::string path, Ipv4Range range, int lock_fd)
    : path_(std::move(path)), range_(range), lock_fd_(lock_fd), pool_(range) {}

LeaseStore::~LeaseStore() {
  if (fd_ >= 0) close(fd_);
  close(lock_fd_);
}

Result<std::unique_ptr<LeaseStore>> LeaseStore::open(std::string path, Ipv4Range range) {
  const std::string lock_path = path + ".lock";
  const int lock_fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd < 0) return system_error(lock_path);
  std::unique_ptr<LeaseStore> store(new LeaseStore(std::move(path), range, lock_fd));
  Guard guard(*store);
  if (!guard.status().ok()) return guard.status();
  return store;
}

Status LeaseStore::reload() {
  if (fd_ >= 0) close(fd_);
  fd_ = ::open(path_.c_str(), kFileFlags, 0600);
  if (fd_ < 0) return system_error(path_);
  read_to_ = 0;
  records_ = 0;
  pool_ = AddressPool(range_);
  return sync_directory_of(path_);
}

Status LeaseStore::catch_up() {
  struct stat mine {
  }, named{};
  const bool same = fd_ >= 0 && fstat(fd_, &mine) == 0 && stat(path_.c_str(), &named) == 0 &&
                    mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
  if (!same) KUBUS_TRY(reload());
  if (same && mine.st_size == read_to_) return {};
  auto text = read_from(fd_, read_to_);
  if (!text.ok()) return text.status().annotate(path_);
  std::string_view rest = *text;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const bool last = end + 1 == rest.size();
    if (Status applied = apply(rest.substr(0, end)); !applied.ok()) {
      if (!last) return applied;
      break;
    }
    read_to_ += static_cast<off_t>(end) + 1;
    rest.remove_prefix(end + 1);
  }
  // The lock is ours, so nobody is in the middle of this record: its writer died before the disk
  // confirmed it, and nobody was told of it.
  if (!rest.empty() && ftruncate(fd_, read_to_) != 0) return system_error("truncate " + path_);
  return {};
}

Status LeaseStore::apply(std::string_view line) {
  auto record = decode_record(line);
  ++records_;
  if (!record)
    return Status(Code::kInternalError,
                  path_ + ": record " + std::to_string(records_) +
                      " is damaged; addresses in use cannot be known. Stop all pods of this node "
                      "and remove the file");
  if (record->take)
    pool_.take(std::move(record->lease));
  else if (pool_.holder(record->lease.address))
    pool_.release(record->lease.address);
  else
    pool_.remember_free(record->lease.address);
  return {};
}

Status LeaseStore::append(const std::string& body) {
  Status status = write_all(fd_, body);
  if (status.ok() && fdatasync(fd_) != 0) status = system_error("fdatasync");
  if (!status.ok()) {
    // Half a record must not stand before the next one.
    if (ftruncate(fd_, read_to_) != 0) return system_error("truncate " + path_);
    return status.annotate(path_);
  }
  read_to_ += static_cast<off_t>(body.size());
  ++records_;
  return {};
}

Status LeaseStore::compact_if_worthwhile() {
  const std::size_t alive = pool_.held() + pool_.reusable().size();
  if (records_ < kCompactionFloor || records_ < alive * 4) return {};
  std::string text;
  for (const Ipv4 address : pool_.reusable()) text += encode_free(address);
  for (const auto& lease : pool_.leases()) text += encode_take(lease);
  const std::string next = path_ + ".new";
  const int fd = ::open(next.c_str(), kFileFlags | O_TRUNC, 0600);
  if (fd < 0) return system_error(next);
  Status status = write_all(fd, text);
  if (status.ok() && fsync(fd) != 0) status = system_error("fsync");
  if (status.ok() && rename(next.c_str(), path_.c_str()) != 0) status = system_error("rename");
  if (!status.ok()) {
    close(fd);
    unlink(next.c_str());
    return status.annotate(next);
  }
  close(fd_);
  fd_ = fd;
  read_to_ = static_cast<off_t>(text.size());
  records_ = alive;
  return sync_directory_of(path_);
}

Status LeaseStore::check_ports(const std::vector<HostPort>& ports) const {
  if (ports.empty()) return {};
  for (const auto& lease : pool_.leases())
    for (const auto& taken : lease.ports)
      for (const auto& wanted : ports)
        if (wanted.clashes_with(taken))
          return Status(Code::kConflict,
                        "host port " + wanted.str() + " is held by sandbox " + lease.sandbox);
  return {};
}

Result<LeaseStore::Acquired> LeaseStore::acquire(const std::string& sandbox,
                                                 const std::vector<HostPort>& ports) {
  if (!valid_sandbox_id(sandbox))
    return Status(Code::kInvalid, "sandbox id \"" + sandbox + "\" is not usable");
  Guard guard(*this);
  if (!guard.status().ok()) return guard.status();
  if (const Lease* held = pool_.find(sandbox)) return Acquired{*held, false};
  KUBUS_TRY(check_ports(ports));
  const auto address = pool_.next();
  if (!address)
    return Status(Code::kTooManyRequests, "no address is free in " + range_.str() + ": all " +
                                              std::to_string(pool_.capacity()) +
                                              " are held by sandboxes");
  Lease lease{*address, sandbox, ports};
  KUBUS_TRY(append(encode_take(lease)));
  pool_.take(lease);
  return Acquired{std::move(lease), true};
}

Result<std::optional<Lease>> LeaseStore::release(const std::string& sandbox) {
  Guard guard(*this);
  if (!guard.status().ok()) return guard.status();
  const Lease* held = pool_.find(sandbox);
  if (!held) return std::optional<Lease>();
  Lease lease = *held;
  KUBUS_TRY(append(encode_free(lease.address)));
  pool_.release(lease.address);
  KUBUS_TRY(compact_if_worthwhile());
  return std::optional<Lease>(std::move(lease));
}

Result<std::optional<Lease>> LeaseStore::find(const std::string& sandbox) {
  Guard guard(*this);
  if (!guard.status().ok()) return guard.status();
  const Lease* held = pool_.find(sandbox);
  return held ? std::optional<Lease>(*held) : std::optional<Lease>();
}

Result<std::vector<Lease>> LeaseStore::leases() {
  Guard guard(*this);
  if (!guard.status().ok()) return guard.status();
  return pool_.leases();
}

}  // namespace kubus::flannel
