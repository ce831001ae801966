// What plugins on the bus may do: the rules of their manifests, asked of the kernel's directory.
//
// Thread safety: with_rules() on the loop; the rest from any thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/authorizer.h"
#include "kubus/bus.h"
#include "kubus/context.h"

namespace kubus::apiserver {

// One of the manifest's `permissions`: {groups, resources, verbs}. "*" stands for all; a
// subresource is named with its resource, as pods/status. Nothing for text that is no rule.
std::optional<rbac::Rule> parse_permission(const std::string& json);

class PluginPermissions final : public Authorizer {
 public:
  explicit PluginPermissions(Context& context) : context_(context) {}
  // Runs `then` on the loop once the rules of the caller are known as far as they can be.
  void with_rules(const bus::Caller& caller, Task then);
  // Identities that are no plugins are none of its business.
  Verdict decide(const Identity& identity, const RequestInfo& info, std::string* reason) override;
  void list_rules(const Identity& identity, std::string_view ns, RuleList& list) override;

 private:
  using Key = std::pair<std::string, std::uint64_t>;  // id, generation
  struct Entry {
    rbac::Rules rules;  // of one generation: they never change
    bool known = false;
    bool asking = false;
    std::chrono::steady_clock::time_point used;
    std::vector<Task> waiting;
  };
  void ask(const Key& caller);

  Context& context_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace kubus::apiserver
