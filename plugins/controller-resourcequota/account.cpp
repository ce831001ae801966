#include "account.h"

#include "kubus/object.h"

namespace kubus::resourcequota {

Account::Account(const core_v1::ResourceQuota& quota) : quota_(quota) {
  for (const auto& [name, amount] : quota.spec().hard()) {
    const auto* resource = bounded_resource(name);
    if (!resource) continue;
    resources_.insert(resource);
    // Zero in the form in which the bound is written.
    const auto bound = QuantityValue::of(amount);
    used_[name] = QuantityValue::from_int(0, bound.format());
  }
}

bool Account::is_for(const core_v1::ResourceQuota& quota) const {
  return same_content(quota.spec(), quota_.spec());
}

bool Account::set(const ResourceInfo& resource, const std::string& name, const Message* object,
                  SystemTime now) {
  if (!resources_.contains(&resource)) return false;
  Amounts share;
  if (object && in_quota_scope(quota_, resource, *object))
    for (auto& [bound, amount] : quota_usage(resource, *object, now))
      if (used_.contains(bound) && !amount.is_zero()) share.emplace(bound, amount);
  auto& shares = shares_[&resource];
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

void Account::clear(const ResourceInfo& resource) {
  auto& shares = shares_[&resource];
  for (const auto& [name, share] : shares)
    for (const auto& [bound, amount] : share) used_[bound] -= amount;
  shares.clear();
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

std::set<const ResourceInfo*> lowered(const core_v1::ResourceQuota& quota, const Amounts& used) {
  std::set<const ResourceInfo*> resources;
  const auto before = amounts_of(quota.status().used());
  for (const auto& [name, amount] : used)
    if (const auto found = before.find(name); found != before.end() && amount < found->second)
      resources.insert(bounded_resource(name));
  return resources;
}

}  // namespace kubus::resourcequota
