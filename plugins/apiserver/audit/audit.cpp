#include "audit/audit.h"

#include "kubus/metrics.h"
#include "registry/metadata.h"

namespace kubus::apiserver::audit {

std::shared_ptr<Record> Audit::begin(Origin origin, const Identity& user, const RequestInfo& info,
                                     SystemTime received) {
  const auto verdict = policy_.judge(user, info);
  if (verdict.level == Level::kNone) return nullptr;
  auto record = std::make_shared<Record>();
  record->id = new_uid();
  record->verdict = verdict;
  record->origin = std::move(origin);
  record->user = user;
  record->info = info;
  record->received = received;
  write(*record, kRequestReceived);
  return record;
}

void Audit::write(const Record& record, Stage stage) {
  if (!record.wants(stage)) return;
  static auto& events =
      metrics::counter("apiserver_audit_event_total", "Audit events handed to the log");
  events.add();
  log_->append(record.event(stage, std::chrono::system_clock::now()));
}

void note(Record& record, const Decision& decision) {
  const bool allowed = decision.verdict == apiserver::Verdict::kAllow;
  record.annotations.set("authorization.k8s.io/decision", allowed ? "allow" : "forbid");
  record.annotations.set("authorization.k8s.io/reason", decision.reason);
}

}  // namespace kubus::apiserver::audit
