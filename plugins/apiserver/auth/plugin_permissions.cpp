#include "auth/plugin_permissions.h"

#include <algorithm>
#include <boost/json.hpp>

#include "kubus/api/json_value.h"
#include "kubus/kernel.pb.h"
#include "kubus/rpc.h"

namespace kubus::apiserver {
namespace {

constexpr rpc::Method<kernel::DescribeRequest, kernel::DescribeReply> kDescribe{
    "kubus.directory.v1", "Describe"};
// Callers that are silent for so long are forgotten: most of them are generations of the past.
constexpr std::chrono::minutes kKept{10};
// The kernel's own command.
constexpr std::string_view kKernel = "kubus";

std::vector<std::string> strings(const boost::json::object& rule, std::string_view key) {
  std::vector<std::string> found;
  const auto* value = rule.if_contains(key);
  if (!value || !value->is_array()) return found;
  for (const auto& item : value->get_array())
    if (item.is_string()) found.emplace_back(item.get_string());
  return found;
}

}  // namespace

std::optional<rbac::Rule> parse_permission(const std::string& json) {
  boost::json::value value;
  if (!parse_json(json, value).ok() || !value.is_object()) return std::nullopt;
  const auto& permission = value.get_object();
  rbac::Rule rule;
  rule.verbs = strings(permission, "verbs");
  rule.groups = strings(permission, "groups");
  rule.resources = strings(permission, "resources");
  return rule;
}

void PluginPermissions::with_rules(const bus::Caller& caller, Task then) {
  const Key key{caller.plugin, caller.generation};
  bool ask_now = false;
  if (caller.plugin != kKernel) {
    const auto now = std::chrono::steady_clock::now();
    std::lock_guard lock(mutex_);
    if (!entries_.contains(key))
      std::erase_if(entries_, [&](const auto& one) {
        return !one.second.asking && now - one.second.used > kKept;
      });
    auto& entry = entries_[key];
    entry.used = now;
    if (!entry.known) {
      entry.waiting.push_back(std::move(then));
      ask_now = !std::exchange(entry.asking, true);
      then = nullptr;
    }
  }
  if (ask_now) ask(key);
  if (then) then();
}

void PluginPermissions::ask(const Key& caller) {
  kernel::DescribeRequest request;
  request.set_id(caller.first);
  request.set_generation(caller.second);
  bus::CallOptions options;
  options.idempotent = true;
  options.timeout = std::chrono::seconds(5);
  rpc::call(context_.bus(), kDescribe, request, options,
            [this, caller](Result<kernel::DescribeReply> reply) {
              rbac::Rules rules;
              if (reply.ok())
                for (const auto& text : reply->instance().permissions())
                  if (auto rule = parse_permission(text)) rules.push_back(std::move(*rule));
              std::vector<Task> waiting;
              {
                std::lock_guard lock(mutex_);
                auto& entry = entries_[caller];
                entry.rules = std::move(rules);
                entry.known = reply.ok();
                entry.asking = false;
                waiting = std::move(entry.waiting);
              }
              for (auto& task : waiting) task();
            })
      .detach();
}

Verdict PluginPermissions::decide(const Identity& identity, const RequestInfo& info, std::string*) {
  if (identity.plugin.empty()) return Verdict::kNoOpinion;
  if (identity.plugin == kKernel) return Verdict::kAllow;
  std::lock_guard lock(mutex_);
  const auto found = entries_.find({identity.plugin, identity.generation});
  const bool allowed = found != entries_.end() &&
                       std::any_of(found->second.rules.begin(), found->second.rules.end(),
                                   [&](const rbac::Rule& rule) { return rule.allows(info); });
  return allowed ? Verdict::kAllow : Verdict::kNoOpinion;
}

void PluginPermissions::list_rules(const Identity& identity, std::string_view, RuleList& list) {
  if (identity.plugin.empty()) return;
  if (identity.plugin == kKernel) {
    const std::vector<std::string> all = {"*"};
    list.rules.push_back({all, all, all, {}, all});
    return;
  }
  std::lock_guard lock(mutex_);
  const auto found = entries_.find({identity.plugin, identity.generation});
  if (found == entries_.end()) return;
  const auto& rules = found->second.rules;
  list.rules.insert(list.rules.end(), rules.begin(), rules.end());
}

}  // namespace kubus::apiserver
