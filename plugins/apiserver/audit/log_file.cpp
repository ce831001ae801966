#include "audit/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "kubus/api/time.h"
#include "kubus/metrics.h"
#include "kubus/unique_fd.h"

namespace kubus::apiserver::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostWaiting = 64 << 20;

void count_lost(double lines) {
  static auto& lost = metrics::counter("apiserver_audit_error_total",
                                       "Audit events that were not written", {{"plugin", "log"}});
  lost.add(lines);
}

// audit-2026-11-26T10-20-30.400.log of audit.log, in the order of time.
std::string aside_name(const fs::path& path, SystemTime now) {
  auto time = format_micro_time(now).substr(0, 23);
  std::replace(time.begin(), time.end(), ':', '-');
  return path.stem().string() + "-" + time + path.extension().string();
}

// Those put aside, oldest first.
std::vector<fs::path> put_aside(const fs::path& path) {
  std::vector<fs::path> found;
  std::error_code error;
  const auto before = path.stem().string() + "-";
  for (const auto& entry : fs::directory_iterator(path.parent_path(), error)) {
    const auto name = entry.path().filename().string();
    if (name.size() == before.size() + 23 + path.extension().string().size() &&
        name.starts_with(before) && entry.path().extension() == path.extension())
      found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

class LogFile::Writer {
 public:
  Writer(LogOptions options, const Logger& log) : options_(std::move(options)), log_(log) {}

  Status open_file();
  // Whether somebody has to call flush() for it.
  bool append(std::string_view line);
  void flush();

 private:
  void write(std::string_view text);
  void rotate();
  void prune() const;

  const LogOptions options_;
  const Logger& log_;
  std::mutex mutex_;  // of what waits
  std::string waiting_;
  bool posted_ = false;
  std::mutex file_mutex_;  // of the file; taken before mutex_
  UniqueFd file_;
  std::size_t size_ = 0;
  bool failing_ = false;
  SystemTime put_aside_;
};

LogFile::LogFile(std::shared_ptr<Writer> writer, Pool& pool)
    : writer_(std::move(writer)), pool_(pool) {}

LogFile::~LogFile() { flush(); }

Result<std::unique_ptr<LogFile>> LogFile::open(LogOptions options, Pool& pool, const Logger& log) {
  auto writer = std::make_shared<Writer>(std::move(options), log);
  if (auto status = writer->open_file(); !status.ok()) return status;
  return std::unique_ptr<LogFile>(new LogFile(std::move(writer), pool));
}

void LogFile::append(std::string line) {
  line.push_back('\n');
  if (!writer_->append(line)) return;
  if (!pool_.post([writer = writer_] { writer->flush(); })) flush();
}

void LogFile::flush() { writer_->flush(); }

Status LogFile::Writer::open_file() {
  if (options_.path == "-") {
    file_ = UniqueFd(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    return {};
  }
  std::error_code ignored;
  fs::create_directories(fs::path(options_.path).parent_path(), ignored);
  // Requests may hold what only root should read.
  file_ = UniqueFd(::open(options_.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  struct stat about {};
  if (!file_ || ::fstat(file_.get(), &about) != 0)
    return Status(Code::kInvalid, options_.path + ": " + std::strerror(errno));
  size_ = static_cast<std::size_t>(about.st_size);
  return {};
}

bool LogFile::Writer::append(std::string_view line) {
  std::lock_guard lock(mutex_);
  if (waiting_.size() + line.size() > kMostWaiting) {
    count_lost(1);
    return false;
  }
  waiting_.append(line);
  return !std::exchange(posted_, true);
}

void LogFile::Writer::flush() {
  std::lock_guard file_lock(file_mutex_);
  std::string text;
  {
    std::lock_guard lock(mutex_);
    posted_ = false;
    text.swap(waiting_);
  }
  // In pieces of whole lines that the file has room for.
  std::string_view rest = text;
  while (!rest.empty()) {
    if (options_.path != "-" && size_ > 0 && size_ + rest.find('\n') >= options_.max_size) rotate();
    std::size_t end = 0;
    const auto room = options_.max_size - std::min(size_, options_.max_size);
    do end = rest.find('\n', end) + 1;
    while (end < rest.size() && rest.find('\n', end) < room);
    write(rest.substr(0, end));
    rest.remove_prefix(end);
  }
}

void LogFile::Writer::write(std::string_view text) {
  const auto lines = std::count(text.begin(), text.end(), '\n');
  if (!file_ && !open_file().ok()) return count_lost(static_cast<double>(lines));
  while (!text.empty()) {
    const auto written = ::write(file_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      count_lost(static_cast<double>(std::count(text.begin(), text.end(), '\n')));
      if (!std::exchange(failing_, true))
        log_.error("audit events are lost",
                   {{"file", options_.path}, {"error", std::strerror(errno)}});
      return;
    }
    size_ += static_cast<std::size_t>(written);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  failing_ = false;
}

void LogFile::Writer::rotate() {
  const fs::path path(options_.path);
  std::error_code error;
  // No two have one name, and their order is that of their names.
  using std::chrono::milliseconds;
  fs::path aside;
  do {
    put_aside_ = std::max(std::chrono::system_clock::now(), put_aside_ + milliseconds(1));
    aside = path.parent_path() / aside_name(path, put_aside_);
  } while (fs::exists(aside, error));
  fs::rename(path, aside, error);
  if (error) return;
  file_.reset();
  size_ = 0;
  if (auto status = open_file(); !status.ok())
    log_.error("audit events are lost", {{"error", status.message()}});
  prune();
}

void LogFile::Writer::prune() const {
  const auto files = put_aside(options_.path);
  const auto oldest =
      options_.max_age.count() > 0
          ? aside_name(options_.path, std::chrono::system_clock::now() - options_.max_age)
          : std::string();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool too_many = options_.max_backups > 0 && files.size() - i > options_.max_backups;
    std::error_code ignored;
    if (too_many || files[i].filename().string() < oldest) fs::remove(files[i], ignored);
  }
}

}  // namespace kubus::apiserver::audit
