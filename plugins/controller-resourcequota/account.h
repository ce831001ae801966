// What the objects of a namespace use of one quota, kept up to date object by object.
//
// Thread safety: used by one thread at a time.
#pragma once

#include <k8s/core/v1/resource_quota.pb.h>

#include <map>
#include <set>
#include <string>

#include "kubus/quota.h"

namespace kubus::resourcequota {

class Account {
 public:
  explicit Account(const core_v1::ResourceQuota& quota);

  // Whether the quota still bounds the same things in the same way; otherwise a new account has
  // to be opened.
  bool is_for(const core_v1::ResourceQuota& quota) const;
  // The resources whose objects count.
  const std::set<const ResourceInfo*>& resources() const { return resources_; }

  // True when the object, as it is now or gone (null), changes the account.
  bool set(const ResourceInfo& resource, const std::string& name, const Message* object,
           SystemTime now);
  // Nothing of the resource is left but what is set again.
  void clear(const ResourceInfo& resource);

  // By the names the quota bounds and somebody can count.
  const Amounts& used() const { return used_; }

 private:
  core_v1::ResourceQuota quota_;
  std::set<const ResourceInfo*> resources_;
  Amounts used_;
  std::map<const ResourceInfo*, std::map<std::string, Amounts>> shares_;
};

// The quota with its status as it should be: what the account has, bounded as the spec says.
core_v1::ResourceQuota reckoned(const core_v1::ResourceQuota& quota, const Amounts& used);
// The resources for which `used` is less than what the quota says.
std::set<const ResourceInfo*> lowered(const core_v1::ResourceQuota& quota, const Amounts& used);

}  // namespace kubus::resourcequota
