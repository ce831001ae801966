#include "sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kubus::storage_sqlite {
namespace {

Status io_failure(sqlite3* db, int rc, const std::string& doing) {
  // SQLite does not keep the cause of every failure; then errno still has it.
  int error = db != nullptr ? sqlite3_system_errno(db) : 0;
  if (error == 0) error = errno;
  const int primary = rc & 0xff;
  if (primary == SQLITE_FULL || error == ENOSPC || error == EDQUOT)
    return Status(Code::kServiceUnavailable,
                  doing + ": no space left for the store; free some on its file system");
  if (primary == SQLITE_READONLY || error == EROFS || error == EPERM || error == EACCES)
    return Status(Code::kServiceUnavailable,
                  doing + ": the store is read-only; make its file system writable again");
  std::string text = doing + ": " + sqlite3_errstr(rc);
  if (error != 0) text += std::string(" (") + std::strerror(error) + ")";
  return Status(primary == SQLITE_CANTOPEN ? Code::kServiceUnavailable : Code::kInternalError,
                std::move(text));
}

}  // namespace

Status sqlite_failure(sqlite3* db, int rc, std::string_view doing_view) {
  const std::string doing(doing_view);
  switch (rc & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return io_failure(db, rc, doing);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Status(Code::kInternalError,
                    doing + ": the store's file is damaged; restore it from a backup");
    case SQLITE_TOOBIG:
      return Status(Code::kRequestEntityTooLarge, doing + ": value too large");
    default: {
      std::string text = doing + ": " + sqlite3_errstr(rc);
      if (db != nullptr) text += std::string(" (") + sqlite3_errmsg(db) + ")";
      return Status(Code::kInternalError, std::move(text));
    }
  }
}

Connection::Connection(Connection&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this != &other) {
    sqlite3_close_v2(db_);
    db_ = std::exchange(other.db_, nullptr);
  }
  return *this;
}

Connection::~Connection() { sqlite3_close_v2(db_); }

Result<Connection> Connection::open(const std::string& path, Mode mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  flags |= mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_CREATE;
  Connection connection;
  const int rc = sqlite3_open_v2(path.c_str(), &connection.db_, flags, nullptr);
  if (rc != SQLITE_OK) return sqlite_failure(connection.db_, rc, "open " + path);
  sqlite3_extended_result_codes(connection.db_, 1);
  // Only the first moments of another connection (recovery of the log) can make one wait.
  sqlite3_busy_timeout(connection.db_, 10'000);
  return connection;
}

Status Connection::exec(const char* sql) {
  errno = 0;
  const int rc = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  return rc == SQLITE_OK ? Status() : sqlite_failure(db_, rc, "store");
}

Result<std::int64_t> Connection::integer(const char* sql) {
  Statement statement(*this, sql);
  auto row = statement.step();
  if (!row.ok()) return row.status();
  return *row ? statement.integer(0) : std::int64_t{0};
}

void Connection::rollback() {
  if (db_ != nullptr && sqlite3_get_autocommit(db_) == 0)
    sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Connection::ran_out_of_space() const { return (sqlite3_errcode(db_) & 0xff) == SQLITE_FULL; }

Statement::Statement(Connection& connection, std::string sql)
    : connection_(&connection), sql_(std::move(sql)) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

bool Statement::ready() {
  if (statement_ != nullptr) return true;
  const int rc =
      sqlite3_prepare_v3(connection_->handle(), sql_.c_str(), static_cast<int>(sql_.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (rc != SQLITE_OK) failure_ = rc;
  return rc == SQLITE_OK;
}

Statement& Statement::bind(int index, std::int64_t value) {
  if (!ready()) return *this;
  if (const int rc = sqlite3_bind_int64(statement_, index, value); rc != SQLITE_OK) failure_ = rc;
  return *this;
}

Statement& Statement::bind(int index, std::string_view blob) {
  if (!ready()) return *this;
  // A null pointer would be bound as NULL instead of as an empty blob.
  const char* data = blob.data() != nullptr ? blob.data() : "";
  const int rc = sqlite3_bind_blob64(statement_, index, data, blob.size(), SQLITE_STATIC);
  if (rc != SQLITE_OK) failure_ = rc;
  return *this;
}

Statement& Statement::bind_null(int index) {
  if (ready()) sqlite3_bind_null(statement_, index);
  return *this;
}

Result<bool> Statement::step() {
  int rc = SQLITE_OK;
  errno = 0;
  if (ready() && failure_ == 0) rc = sqlite3_step(statement_);
  if (failure_ != 0) rc = std::exchange(failure_, 0);
  if (rc == SQLITE_ROW) return true;
  Status failed;
  if (rc != SQLITE_DONE) failed = sqlite_failure(connection_->handle(), rc, "store");
  reset();
  if (rc != SQLITE_DONE) return failed;
  return false;
}

Status Statement::run() {
  while (true) {
    auto row = step();
    if (!row.ok()) return row.status();
    if (!*row) return {};
  }
}

void Statement::reset() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data != nullptr ? std::string_view(data, size) : std::string_view();
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

}  // namespace kubus::storage_sqlite
