// A thin RAII layer over SQLite: a connection and its prepared statements.
//
// Thread safety: none; a connection and its statements belong to one thread at a time.
//
// No exception and no SQLite type leaves these classes; every failure is a Status whose text says
// what a person can do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubus/status.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kubus::storage_sqlite {

// The Status for result code `rc` of `db` (may be null) while `doing` ("open the store").
Status sqlite_failure(sqlite3* db, int rc, std::string_view doing);

class Connection {
 public:
  enum class Mode { kReadOnly, kReadWrite, kCreate };

  Connection() = default;
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  static Result<Connection> open(const std::string& path, Mode mode);

  // Runs statements that return nothing of interest.
  Status exec(const char* sql);
  // The first column of the first row; 0 when there is no row.
  Result<std::int64_t> integer(const char* sql);
  // Ends an open transaction without a trace; nothing happens when there is none.
  void rollback();
  // Whether the last failure was a lack of space, after which the connection is as good as before.
  bool ran_out_of_space() const;
  sqlite3* handle() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

// A statement that is prepared on first use. Bound text must outlive the steps that use it.
class Statement {
 public:
  Statement(Connection& connection, std::string sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // Arguments are numbered from 1. A failure is reported by the next step().
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view blob);
  Statement& bind_null(int index);

  // True: there is a row. After the last row, and after a failure, the statement is reset.
  Result<bool> step();
  // Steps to the end.
  Status run();
  // Ends an unfinished walk; columns read from it become invalid.
  void reset();

  // Columns of the present row, numbered from 0.
  std::int64_t integer(int column) const;
  std::string_view blob(int column) const;
  bool is_null(int column) const;

 private:
  bool ready();

  Connection* connection_;
  std::string sql_;
  sqlite3_stmt* statement_ = nullptr;
  int failure_ = 0;
};

// Resets a statement at the end of a scope, so that no walk stays open behind an early return.
class Walk {
 public:
  explicit Walk(Statement& statement) : statement_(statement) {}
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;
  ~Walk() { statement_.reset(); }

 private:
  Statement& statement_;
};

}  // namespace kubus::storage_sqlite
