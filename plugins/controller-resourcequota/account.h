// What the objects of a namespace use of one quota, kept up to date object by object.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <k8s/core/v1/resource_quota.pb.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "kubus/custom_kinds.h"
#include "kubus/quota.h"

namespace kubus::resourcequota {

// The custom kind that a quota's entry of that name counts, "count/widgets.example.com"; null when
// there is none.
using FindCustom = std::function<Kind(std::string_view name)>;

class Account {
 public:
  Account(const core_v1::ResourceQuota& quota, const FindCustom& find);

  // Whether the quota still bounds the same things in the same way; otherwise a new account has
  // to be opened.
  bool is_for(const core_v1::ResourceQuota& quota) const;
  const core_v1::ResourceQuota& quota() const { return quota_; }
  // The kinds whose objects count.
  std::set<Kind> kinds() const;
  bool counts(const Kind& kind) const { return shares_.contains(kind); }

  // True when the object, as it is now or gone (null), changes the account.
  bool set(const Kind& kind, const std::string& name, const Message* object, SystemTime now);
  // Nothing of the kind is left but what is set again.
  void clear(const Kind& kind);

  // By the names the quota bounds and somebody can count.
  const Amounts& used() const { return used_; }
  // The kinds of which less is used than the quota says.
  std::set<Kind> lowered(const core_v1::ResourceQuota& quota) const;

 private:
  core_v1::ResourceQuota quota_;
  std::map<std::string, Kind> kinds_;  // by the names
  Amounts used_;
  std::map<Kind, std::map<std::string, Amounts>> shares_;  // by the objects' names
};

// The quota with its status as it should be: what the account has, bounded as the spec says.
core_v1::ResourceQuota reckoned(const core_v1::ResourceQuota& quota, const Amounts& used);

}  // namespace kubus::resourcequota
