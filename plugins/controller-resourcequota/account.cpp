#include "account.h"

#include "kubus/object.h"

namespace kubus::resourcequota {

Account::Account(const core_v1::ResourceQuota& quota, const FindCustom& find) : quota_(quota) {
  for (const auto& [name, amount] : quota.spec().hard()) {
    const auto* resource = bounded_resource(name);
    const Kind kind = resource ? built_in_kind(*resource) : find(name);
    if (!kind) continue;
    kinds_[name] = kind;
    shares_[kind];
    // Zero in the form in which the bound is written.
    const auto bound = QuantityValue::of(amount);
    used_[name] = QuantityValue::from_int(0, bound.format());
  }
}

bool Account::is_for(const core_v1::ResourceQuota& quota) const {
  return same_content(quota.spec(), quota_.spec());
}

std::set<Kind> Account::kinds() const {
  std::set<Kind> kinds;
  for (const auto& [kind, shares] : shares_) kinds.insert(kind);
  return kinds;
}

bool Account::set(const Kind& kind, const std::string& name, const Message* object,
                  SystemTime now) {
  const auto found = shares_.find(kind);
  if (found == shares_.end()) return false;
  Amounts share;
  if (object && in_quota_scope(quota_, *kind, *object))
    for (auto& [bound, amount] : quota_usage(*kind, *object, now))
      if (used_.contains(bound) && !amount.is_zero()) share.emplace(bound, amount);
  auto& shares = found->second;
  const auto before = shares.find(name);
  if (before == shares.end() ? share.empty() : before->second == share) return false;
  if (before != shares.end()) {
    for (const auto& [bound, amount] : before->second) used_[bound] -= amount;
    shares.erase(before);
  }
  for (const auto& [bound, amount] : share) used_[bound] += amount;
  if (!share.empty()) shares.emplace(name, std::move(share));
  return true;
}

void Account::clear(const Kind& kind) {
  const auto found = shares_.find(kind);
  if (found == shares_.end()) return;
  for (const auto& [name, share] : found->second)
    for (const auto& [bound, amount] : share) used_[bound] -= amount;
  found->second.clear();
}

std::set<Kind> Account::lowered(const core_v1::ResourceQuota& quota) const {
  std::set<Kind> kinds;
  const auto before = amounts_of(quota.status().used());
  for (const auto& [name, amount] : used_)
    if (const auto found = before.find(name); found != before.end() && amount < found->second)
      kinds.insert(kinds_.at(name));
  return kinds;
}

core_v1::ResourceQuota reckoned(const core_v1::ResourceQuota& quota, const Amounts& used) {
  auto out = quota;
  *out.mutable_status()->mutable_hard() = quota.spec().hard();
  const auto before = amounts_of(quota.status().used());
  Amounts now = used;
  // What is the same amount stays as it is written.
  for (auto& [name, amount] : now)
    if (const auto found = before.find(name); found != before.end() && found->second == amount)
      amount = found->second;
  store_amounts(now, *out.mutable_status()->mutable_used());
  return out;
}

}  // namespace kubus::resourcequota
