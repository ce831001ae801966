#include "schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kubus::storage_sqlite {
namespace {

constexpr std::int64_t kApplicationId = 0x4b756273;  // "Kubs"

constexpr const char* kCreate = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE head(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  revision INTEGER NOT NULL,
  compact_revision INTEGER NOT NULL,
  compacted_seq INTEGER NOT NULL,
  keys INTEGER NOT NULL) STRICT;
CREATE TABLE current(
  key BLOB NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  create_revision INTEGER NOT NULL,
  version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE history(
  seq INTEGER PRIMARY KEY,
  prev_seq INTEGER NOT NULL,
  create_revision INTEGER NOT NULL,
  version INTEGER NOT NULL,
  key BLOB NOT NULL,
  value BLOB) STRICT;
INSERT INTO head VALUES (1, 1, 0, 0, 0);
PRAGMA application_id = 1265984115;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplicationId == 1265984115 && kSchemaVersion == 1);

// SQLite would create the file with the process's umask; secrets are in it.
Status make_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) {
    ::close(fd);
    return {};
  }
  if (errno == EEXIST) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
      ::chmod(path.c_str(), info.st_mode & 0700);
    return {};
  }
  return Status(Code::kServiceUnavailable, "create " + path + ": " + std::strerror(errno));
}

// One step per released format; each takes the file from version `from` to `from + 1`.
Status migrate_step(Connection&, std::int64_t from) {
  return Status(Code::kInternalError,
                "no migration from store format " + std::to_string(from) + " is known");
}

// True: the file is new and empty. A file that is not ours is not touched.
Result<bool> check_format(Connection& db) {
  auto application = db.integer("PRAGMA application_id");
  if (!application.ok()) return application.status();
  auto version = db.integer("PRAGMA user_version");
  if (!version.ok()) return version.status();
  auto tables = db.integer("SELECT count(*) FROM sqlite_master");
  if (!tables.ok()) return tables.status();
  if (*application == 0 && *version == 0 && *tables == 0) return true;
  if (*application != kApplicationId)
    return Status(Code::kInternalError, "this is an SQLite file, but not a Kubus store");
  if (*version > kSchemaVersion)
    return Status(Code::kInternalError, "this file has store format " + std::to_string(*version) +
                                            ", this version of Kubus knows formats up to " +
                                            std::to_string(kSchemaVersion) +
                                            "; use a newer version of Kubus");
  return false;
}

Status bring_up_to_date(Connection& db, bool fresh) {
  if (fresh) return db.exec(kCreate);
  auto version = db.integer("PRAGMA user_version");
  if (!version.ok()) return version.status();
  for (auto at = *version; at < kSchemaVersion; ++at) KUBUS_TRY(migrate_step(db, at));
  return {};
}

}  // namespace

Result<Connection> open_writer(const std::string& path) {
  KUBUS_TRY(make_private(path));
  auto opened = Connection::open(path, Connection::Mode::kReadWrite);
  if (!opened.ok()) return opened.status();
  Connection& db = *opened;
  auto fresh = check_format(db);
  if (!fresh.ok()) return fresh.status().annotate(path);
  // auto_vacuum counts only before the first table is made.
  Status done = db.exec(
      "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 16777216;"
      "PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096;");
  if (done.ok()) done = bring_up_to_date(db, *fresh);
  if (!done.ok()) return done.annotate(path);
  HeadTable table(db);
  if (auto head = table.read(); !head.ok()) return head.status().annotate(path);
  return opened;
}

Result<Connection> open_reader(const std::string& path) {
  auto opened = Connection::open(path, Connection::Mode::kReadOnly);
  if (!opened.ok()) return opened.status();
  KUBUS_TRY(opened->exec("PRAGMA query_only = 1; PRAGMA cache_size = -1024;"));
  return opened;
}

HeadTable::HeadTable(Connection& connection)
    : read_(connection,
            "SELECT revision, compact_revision, compacted_seq, keys FROM head WHERE id = 1"),
      write_(connection,
             "UPDATE head SET revision = ?1, compact_revision = ?2, compacted_seq = ?3, keys = ?4 "
             "WHERE id = 1") {}

Result<Head> HeadTable::read() {
  Walk walk(read_);
  auto row = read_.step();
  if (!row.ok()) return row.status();
  if (!*row)
    return Status(Code::kInternalError,
                  "the store's file is damaged: its counters are missing; restore a backup");
  return Head{read_.integer(0), read_.integer(1), read_.integer(2), read_.integer(3)};
}

Status HeadTable::write(const Head& head) {
  return write_.bind(1, head.revision)
      .bind(2, head.compact_revision)
      .bind(3, head.compacted_seq)
      .bind(4, head.keys)
      .run();
}

}  // namespace kubus::storage_sqlite
