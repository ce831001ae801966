#include "webhooks/webhook_index.h"

#include <k8s/admissionregistration/v1/webhook.pb.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>

#include "kubus/object.h"
#include "policy/rule_matching.h"

namespace kubus::apiserver::webhooks {
namespace {

constexpr std::array kOperations = {AdmissionCall::Operation::kCreate,
                                    AdmissionCall::Operation::kUpdate,
                                    AdmissionCall::Operation::kDelete,
                                    AdmissionCall::Operation::kConnect};

// "pods" of "pods/status".
std::string_view plural_of(std::string_view resource) {
  return resource.substr(0, resource.find('/'));
}

// An empty `plural`: resources that no rule names.
bool may_concern(const Webhook& webhook, std::string_view plural,
                 AdmissionCall::Operation operation) {
  return std::any_of(webhook.rules.begin(), webhook.rules.end(), [&](const auto& rule) {
    if (!rule_names(rule.operations(), operation_name(operation))) return false;
    const auto& resources = rule.rule().resources();
    return std::any_of(resources.begin(), resources.end(), [&](const std::string& one) {
      const auto named = plural_of(one);
      return named == "*" || named == plural;
    });
  });
}

WebhookList compile_object(const ResourceInfo& resource, const Message& object) {
  namespace registration = admissionregistration_v1;
  if (resource.plural == "mutatingwebhookconfigurations")
    return compile(static_cast<const registration::MutatingWebhookConfiguration&>(object));
  return compile(static_cast<const registration::ValidatingWebhookConfiguration&>(object));
}

}  // namespace

struct WebhookIndex::Table {
  using ByOperation = std::array<Candidates, kOperations.size()>;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };

  std::int64_t change = -1;
  std::unordered_map<std::string, ByOperation, Hash, std::equal_to<>> named;  // by plural
  ByOperation others;

  const Candidates& find(std::string_view plural, AdmissionCall::Operation operation) const {
    const auto found = named.find(plural);
    return (found == named.end() ? others : found->second)[static_cast<std::size_t>(operation)];
  }
};

// Counts what happens to the configurations.
class WebhookIndex::Changes final : public Watcher {
 public:
  void on_event(EventType, const ObjectPtr&) override { ++count_; }
  void on_bookmark(std::int64_t, bool) override {}
  void on_end(const Status&) override {
    watching_ = false;
    ++count_;
  }

  std::int64_t count() const { return count_; }
  // Whether it has to be subscribed, which it is taken to be from then on.
  bool begins() { return !watching_.exchange(true); }

 private:
  std::atomic<std::int64_t> count_ = 0;
  std::atomic<bool> watching_ = false;
};

WebhookIndex::WebhookIndex(ResourceCache& configurations)
    : configurations_(configurations), changes_(std::make_shared<Changes>()) {}
WebhookIndex::~WebhookIndex() = default;

std::shared_ptr<const WebhookIndex::Candidates> WebhookIndex::candidates(
    const AdmissionCall& call) {
  auto current = table();
  const auto& found = current->find(call.call.resource->plural, call.operation);
  if (found.empty()) return nullptr;
  return {std::move(current), &found};
}

std::shared_ptr<const WebhookIndex::Table> WebhookIndex::table() {
  auto current = std::atomic_load(&table_);
  if (current && current->change == changes_->count()) return current;
  return rebuild();
}

std::shared_ptr<const WebhookIndex::Table> WebhookIndex::rebuild() {
  const std::lock_guard lock(mutex_);
  // Nobody is told of what a cache is first filled with.
  const bool filled = configurations_.revision() > 0;
  if (filled && changes_->begins())
    (void)configurations_.watch(changes_, {}, {}, configurations_.revision());
  // Before the objects are seen: what changes from here on is found out by the next look-up.
  const auto change = changes_->count();
  if (auto current = std::atomic_load(&table_); current && current->change == change)
    return current;
  auto next = std::make_shared<Table>();
  if (filled) next->change = change;
  const auto all = compile_all();
  std::set<std::string> plurals;
  for (const auto& hook : all)
    for (const auto& rule : hook->rules)
      for (const auto& one : rule.rule().resources()) plurals.emplace(plural_of(one));
  for (const auto operation : kOperations) {
    const auto at = static_cast<std::size_t>(operation);
    for (std::size_t place = 0; place < all.size(); ++place) {
      const Candidate one{all[place], place};
      if (may_concern(*one.hook, "", operation)) next->others[at].push_back(one);
      for (const auto& plural : plurals)
        if (may_concern(*one.hook, plural, operation)) next->named[plural][at].push_back(one);
    }
  }
  std::atomic_store(&table_, std::shared_ptr<const Table>(next));
  return next;
}

WebhookList WebhookIndex::compile_all() {
  WebhookList all;
  std::map<std::string, Compiled> next;
  configurations_.for_each([&](const ObjectPtr& object) {
    const std::string name(object->name());
    auto& before = known_[name];
    if (before.object != object)
      before = {object, compile_object(configurations_.resource(), *object->decoded())};
    all.insert(all.end(), before.hooks.begin(), before.hooks.end());
    next[name] = std::move(before);
  });
  known_ = std::move(next);
  return all;
}

}  // namespace kubus::apiserver::webhooks
