// The audit log: begins a record for each request that the policy wants, and writes its events.
//
// Thread safety: all members from any thread, also while requests are under way.
#pragma once

#include <memory>

#include "audit/log_file.h"
#include "audit/record.h"
#include "auth/authorizer.h"
#include "kubus/http/exchange.h"

namespace kubus::apiserver::audit {

class Audit {
 public:
  Audit(Policy policy, std::unique_ptr<LogFile> log)
      : policy_(std::move(policy)), log_(std::move(log)) {}

  // Null: the policy does not want this request. Writes the event of its arrival.
  std::shared_ptr<Record> begin(Origin origin, const Identity& user, const RequestInfo& info,
                                SystemTime received = std::chrono::system_clock::now());
  void write(const Record& record, Stage stage);
  // Writes what waits.
  void flush() { log_->flush(); }

  // Begins a record of an HTTP request and puts in place of `exchange` one that completes the
  // record. Null as above.
  std::shared_ptr<Record> begin(std::shared_ptr<http::Exchange>& exchange, const Identity& user,
                                const RequestInfo& info,
                                SystemTime received = std::chrono::system_clock::now());

 private:
  const Policy policy_;
  const std::unique_ptr<LogFile> log_;
};

// Notes what was decided, and why.
void note(Record& record, const Decision& decision);

}  // namespace kubus::apiserver::audit
