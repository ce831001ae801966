// TxnExecutor: does one transaction of the contract on the writer's connection.
//
// Thread safety: none; it belongs to the writer's thread. The caller holds an SQLite transaction,
// in which several of the contract's transactions may follow each other: each sees the ones before.
#pragma once

#include <cstdint>

#include "kubus/status.h"
#include "range_reader.h"
#include "revision.h"
#include "schema.h"
#include "sqlite.h"

namespace kubus::storage_sqlite {

class TxnExecutor {
 public:
  explicit TxnExecutor(Connection& connection);

  struct Outcome {
    Result<storage::TxnResponse> result;
    // False: the transaction failed half way and the caller must roll everything back.
    bool clean = true;
  };
  // `request` has passed check_txn(). Moves `head` on and fills `written` when something changed.
  Outcome apply(const storage::TxnRequest& request, Head* head, Revision* written);

 private:
  struct Version {
    std::int64_t seq = 0;
    std::int64_t create_revision = 0;
    std::int64_t version = 0;  // 0: absent or deleted
  };

  Result<bool> holds(const storage::Compare& compare);
  Status check_ranges(const storage::TxnRequest& request, bool succeeded, const Head& head);
  Result<Version> find(const std::string& key);
  Status operate(const storage::Operation& operation, const Head& head,
                 storage::OperationResult* result);
  Status put(const storage::Operation::Put& put);
  Status remove(const storage::Operation::Delete& request, storage::OperationResult* result);
  Status remove_one(const std::string& key, const Version& old, storage::KeyValue* previous);
  Status write_version(const std::string& key, const Version& old, const Version& now,
                       const std::string* value);

  RangeReader reader_;
  Statement find_;
  Statement victims_;
  Statement append_;
  Statement index_;
  // Of the transaction being done:
  std::int64_t revision_ = 0;
  std::int64_t keys_delta_ = 0;
  Revision* written_ = nullptr;
};

}  // namespace kubus::storage_sqlite
