// The storage contract for C++: its methods by name, and a thin client over the bus.
//
// Thread safety: as kubus/bus.h; a Client is a value that may be copied and used from any thread.
//
//   storage::Client store(context().bus());
//   auto reply = store.txn_wait(request);                       // blocks; not on a loop
//   call_ = store.range(request, [](Result<storage::RangeResponse> r) { ... });
//
// Requests and answers are the messages of kubus/storage.proto, which also says what they mean.
// Codes: kInvalid for a request that can never succeed, kExpired for a compacted revision (read the
// present state and go on from there), kServiceUnavailable while the engine cannot write (its text
// says why), kTooManyRequests when too much waits, kUnavailable when a provider vanished: whether a
// transaction took effect is unknown then, so compare revisions before doing it again.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "kubus/bus.h"
#include "kubus/rpc.h"
#include "kubus/storage.pb.h"

namespace kubus::storage {

inline constexpr std::string_view kService = "storage.v1";

inline constexpr rpc::Method<RangeRequest, RangeResponse> kRange{kService, "Range"};
inline constexpr rpc::Method<TxnRequest, TxnResponse> kTxn{kService, "Txn"};
inline constexpr rpc::StreamMethod<WatchRequest, WatchResponse> kWatch{kService, "Watch"};
inline constexpr rpc::Method<CompactRequest, CompactResponse> kCompact{kService, "Compact"};
inline constexpr rpc::Method<StatusRequest, StatusResponse> kStatus{kService, "Status"};
inline constexpr rpc::StreamMethod<SnapshotRequest, SnapshotChunk> kSnapshot{kService, "Snapshot"};

class Client {
 public:
  // `provider`: a particular engine's plugin id; empty: the active one.
  explicit Client(bus::Client& bus, std::string provider = {})
      : bus_(&bus), provider_(std::move(provider)) {}

  // Asynchronous: `done` is called with Result<Reply> on the loop, unless the registration is
  // destroyed first.
  template <class Done>
  Registration range(const RangeRequest& request, Done done) const {
    return rpc::call(*bus_, kRange, request, options(true), std::move(done));
  }
  template <class Done>
  Registration txn(const TxnRequest& request, Done done) const {
    return rpc::call(*bus_, kTxn, request, options(false), std::move(done));
  }
  template <class Done>
  Registration compact(std::int64_t revision, Done done) const {
    CompactRequest request;
    request.set_revision(revision);
    return rpc::call(*bus_, kCompact, request, options(false), std::move(done));
  }
  template <class Done>
  Registration status(Done done) const {
    return rpc::call(*bus_, kStatus, StatusRequest(), options(true), std::move(done));
  }

  // Blocking; never on a loop.
  Result<RangeResponse> range_wait(const RangeRequest& request) const {
    return rpc::call_wait(*bus_, kRange, request, options(true));
  }
  Result<TxnResponse> txn_wait(const TxnRequest& request) const {
    return rpc::call_wait(*bus_, kTxn, request, options(false));
  }
  Result<CompactResponse> compact_wait(std::int64_t revision) const {
    CompactRequest request;
    request.set_revision(revision);
    return rpc::call_wait(*bus_, kCompact, request, options(false));
  }
  Result<StatusResponse> status_wait() const {
    return rpc::call_wait(*bus_, kStatus, StatusRequest(), options(true));
  }

  // `on_item(WatchResponse)` for each message in order, then `on_end(Status)` once. After an end
  // with another code than kExpired, watch again from the last message's revision + 1.
  template <class OnItem, class OnEnd>
  std::unique_ptr<bus::StreamReader> watch(const WatchRequest& request, OnItem on_item,
                                           OnEnd on_end) const {
    return rpc::stream(*bus_, kWatch, request, options(false), std::move(on_item),
                       std::move(on_end));
  }
  // `on_item(SnapshotChunk)`; complete only if it ends ok.
  template <class OnItem, class OnEnd>
  std::unique_ptr<bus::StreamReader> snapshot(OnItem on_item, OnEnd on_end) const {
    return rpc::stream(*bus_, kSnapshot, SnapshotRequest(), options(false), std::move(on_item),
                       std::move(on_end));
  }

 private:
  bus::CallOptions options(bool idempotent) const {
    bus::CallOptions made;
    made.idempotent = idempotent;
    made.provider = provider_;
    return made;
  }

  bus::Client* bus_;
  std::string provider_;
};

}  // namespace kubus::storage
