#include "request_check.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "key_range.h"
#include "kubus/storage.pb.h"
#include "schema.h"

namespace kubus::storage_sqlite {
namespace {

Status invalid(std::string text) { return Status(Code::kInvalid, std::move(text)); }

Status check_key(std::string_view key) {
  if (key.empty()) return invalid("key is empty");
  if (key.size() > kMaxKeyBytes)
    return invalid("key is longer than " + std::to_string(kMaxKeyBytes) + " bytes");
  return {};
}

Status check_operation(const storage::Operation& operation, const Limits& limits) {
  switch (operation.kind_case()) {
    case storage::Operation::kPut:
      if (operation.put().value().size() > limits.value_bytes)
        return Status(Code::kRequestEntityTooLarge,
                      "value is larger than " + std::to_string(limits.value_bytes) + " bytes");
      return check_key(operation.put().key());
    case storage::Operation::kDelete:
      return check_key(operation.delete_().key());
    case storage::Operation::kRange:
      return check_range(operation.range());
    case storage::Operation::KIND_NOT_SET:
      break;
  }
  return invalid("an operation of the transaction is empty");
}

// Within one revision a key has one version, so the order of two writes would be lost.
Status check_written_once(const google::protobuf::RepeatedPtrField<storage::Operation>& branch) {
  std::set<std::string_view> puts;
  std::vector<KeyRange> deletes;
  for (const auto& operation : branch) {
    if (operation.has_put() && !puts.insert(operation.put().key()).second)
      return invalid("a transaction writes a key twice");
    if (operation.has_delete_())
      deletes.emplace_back(operation.delete_().key(), operation.delete_().range_end());
  }
  for (const auto& range : deletes) {
    const auto at = puts.lower_bound(range.from());
    if (at != puts.end() && range.contains(*at)) return invalid("a transaction writes a key twice");
  }
  return {};
}

Status check_branch(const google::protobuf::RepeatedPtrField<storage::Operation>& branch,
                    const Limits& limits) {
  if (static_cast<std::size_t>(branch.size()) > limits.operations)
    return Status(Code::kRequestEntityTooLarge,
                  "transaction has more than " + std::to_string(limits.operations) + " operations");
  for (const auto& operation : branch) KUBUS_TRY(check_operation(operation, limits));
  return branch.size() > 1 ? check_written_once(branch) : Status();
}

}  // namespace

Status check_range(const storage::RangeRequest& request) {
  KUBUS_TRY(check_key(request.key()));
  if (request.limit() < 0) return invalid("limit is negative");
  if (request.revision() < 0) return invalid("revision is negative");
  return {};
}

Status check_txn(const storage::TxnRequest& request, const Limits& limits) {
  if (static_cast<std::size_t>(request.compare_size()) > limits.operations)
    return Status(Code::kRequestEntityTooLarge, "transaction has too many compares");
  for (const auto& compare : request.compare()) KUBUS_TRY(check_key(compare.key()));
  KUBUS_TRY(check_branch(request.success(), limits));
  return check_branch(request.failure(), limits);
}

Status check_watch(const storage::WatchRequest& request) {
  KUBUS_TRY(check_key(request.key()));
  if (request.start_revision() < 0) return invalid("start_revision is negative");
  return {};
}

Status check_revision(std::int64_t revision, const Head& head) {
  if (revision > head.revision)
    return invalid("revision " + std::to_string(revision) + " is newer than the store's, " +
                   std::to_string(head.revision));
  if (revision > 0 && revision < head.compact_revision)
    return expired(revision, head.compact_revision);
  return {};
}

Status expired(std::int64_t revision, std::int64_t compact_revision) {
  return Status(Code::kExpired, "revision " + std::to_string(revision) +
                                    " has been compacted; the oldest kept is " +
                                    std::to_string(compact_revision));
}

}  // namespace kubus::storage_sqlite
