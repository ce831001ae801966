#include "quota/quota_ledger.h"

#include "cache/storage_key.h"

namespace kubus::apiserver {

QuotaLedger::QuotaLedger(ClusterCache& cache) : quotas_(*cache.find("", "resourcequotas")) {}

QuotaLedger::Turn::Turn(QuotaLedger& ledger, std::string ns, std::vector<QuotaUpdate> updates)
    : ledger_(ledger), ns_(std::move(ns)), updates_(std::move(updates)) {}

QuotaLedger::Turn::~Turn() { ledger_.serve(ledger_.next_of(ns_)); }

Companions QuotaLedger::Turn::puts() const {
  Companions puts;
  for (const auto& [quota, json] : updates_) {
    const auto& resource = quota->resource();
    auto key = storage_key(resource, object_key(resource, quota->ns(), quota->name()));
    puts.push_back(Companion::put(std::move(key), json, quota->revision()));
  }
  return puts;
}

void QuotaLedger::Turn::written(std::int64_t revision) {
  std::lock_guard lock(ledger_.mutex_);
  auto& book = ledger_.books_[ns_];
  for (const auto& [quota, json] : updates_)
    if (auto object = Object::make(quota->resource(), json, revision); object.ok())
      book.newest[std::string(quota->name())] = std::move(*object);
}

std::vector<ObjectPtr> QuotaLedger::quotas_in(const std::string& ns) {
  std::vector<ObjectPtr> found;
  quotas_.for_each(ns, [&](const ObjectPtr& quota) { found.push_back(quota); });
  std::lock_guard lock(mutex_);
  const auto at = books_.find(ns);
  if (at == books_.end()) return found;
  auto& newest = at->second.newest;
  for (auto& quota : found) {
    const auto known = newest.find(std::string(quota->name()));
    if (known == newest.end()) continue;
    if (known->second->revision() > quota->revision())
      quota = known->second;
    else
      newest.erase(known);
  }
  if (found.empty() && !at->second.busy) books_.erase(at);
  return found;
}

Status QuotaLedger::check(const Call& call, const Message& object, const Message* old) {
  if (!is_charged(call, old)) return {};
  return charge(call, object, old, quotas_in(call.info.ns)).status();
}

void QuotaLedger::enter(const Call& call, const Message& object, const Message* old, Go go) {
  if (!is_charged(call, old)) return go(TurnPtr());
  const auto updates = charge(call, object, old, quotas_in(call.info.ns));
  if (!updates.ok()) return go(updates.status());
  if (updates->empty()) return go(TurnPtr());
  Waiting self{&call, &object, old, std::move(go)};
  {
    std::lock_guard lock(mutex_);
    auto& book = books_[call.info.ns];
    if (book.busy) return book.waiting.push_back(std::move(self));
    book.busy = true;
  }
  serve(std::move(self));
}

std::optional<QuotaLedger::Waiting> QuotaLedger::next_of(const std::string& ns) {
  std::lock_guard lock(mutex_);
  auto& book = books_[ns];
  if (book.waiting.empty()) {
    book.busy = false;
    return std::nullopt;
  }
  auto next = std::move(book.waiting.front());
  book.waiting.pop_front();
  return next;
}

void QuotaLedger::serve(std::optional<Waiting> next) {
  // Those that need no turn any more are answered here, until one does.
  while (next) {
    const auto ns = next->call->info.ns;
    auto updates = charge(*next->call, *next->object, next->old, quotas_in(ns));
    if (updates.ok() && !updates->empty())
      return next->go(std::make_shared<Turn>(*this, ns, std::move(*updates)));
    next->go(updates.ok() ? Result<TurnPtr>(TurnPtr()) : Result<TurnPtr>(updates.status()));
    next = next_of(ns);
  }
}

}  // namespace kubus::apiserver
