#include "webhooks/webhook.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <map>
#include <mutex>

#include "kubus/object.h"
#include "policy/conditions.h"

namespace kubus::apiserver::webhooks {
namespace {

namespace registration = admissionregistration_v1;

template <class Source>
Webhook compile_one(const Source& source) {
  Webhook out;
  out.name = source.name();
  out.fails_open = source.failurepolicy() == "Ignore";
  out.dry_runs = source.sideeffects() == "None" || source.sideeffects() == "NoneOnDryRun";
  if (source.has_timeoutseconds()) out.timeout = std::chrono::seconds(source.timeoutseconds());
  out.rules.assign(source.rules().begin(), source.rules().end());
  out.namespaces = source.namespaceselector();
  out.objects = source.objectselector();
  for (const auto& condition : source.matchconditions())
    out.conditions.push_back(policy::compile_condition(condition.expression()));
  out.client = source.clientconfig();
  out.tls = http::ClientTls::trusting(out.client.cabundle());
  return out;
}

WebhookList compile_object(const ResourceInfo& resource, const google::protobuf::Message& object) {
  if (resource.plural == "mutatingwebhookconfigurations")
    return compile(static_cast<const registration::MutatingWebhookConfiguration&>(object));
  return compile(static_cast<const registration::ValidatingWebhookConfiguration&>(object));
}

}  // namespace

WebhookList compile(const registration::MutatingWebhookConfiguration& configuration) {
  WebhookList out;
  for (const auto& one : configuration.webhooks()) {
    auto hook = compile_one(one);
    hook.mutates = true;
    hook.reinvoked = one.reinvocationpolicy() == "IfNeeded";
    out.push_back(std::make_shared<const Webhook>(std::move(hook)));
  }
  return out;
}

WebhookList compile(const registration::ValidatingWebhookConfiguration& configuration) {
  WebhookList out;
  for (const auto& one : configuration.webhooks())
    out.push_back(std::make_shared<const Webhook>(compile_one(one)));
  return out;
}

struct WebhookIndex::Impl {
  // The object is held, so that no other can be at its address.
  struct Compiled {
    ObjectPtr object;
    WebhookList hooks;
  };
  std::mutex mutex;
  std::int64_t revision = -1;
  std::map<std::string, Compiled> known;  // by name
  std::shared_ptr<const WebhookList> all;
};

WebhookIndex::WebhookIndex(const ResourceCache& configurations)
    : configurations_(configurations), impl_(std::make_unique<Impl>()) {}
WebhookIndex::~WebhookIndex() = default;

std::shared_ptr<const WebhookList> WebhookIndex::all() {
  if (configurations_.size() == 0) return nullptr;
  const std::lock_guard lock(impl_->mutex);
  const auto revision = configurations_.revision();
  if (revision == impl_->revision) return impl_->all;
  std::map<std::string, Impl::Compiled> next;
  auto all = std::make_shared<WebhookList>();
  configurations_.for_each([&](const ObjectPtr& object) {
    const std::string name(object->name());
    auto& before = impl_->known[name];
    if (before.object != object)
      before = {object, compile_object(configurations_.resource(), *object->decoded())};
    all->insert(all->end(), before.hooks.begin(), before.hooks.end());
    next[name] = std::move(before);
  });
  impl_->known = std::move(next);
  impl_->revision = revision;
  impl_->all = std::move(all);
  return impl_->all;
}

}  // namespace kubus::apiserver::webhooks
