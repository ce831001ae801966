#include <google/protobuf/message.h>
#include <kubus/api/json.h>
#include <kubus/controller.h>
#include <kubus/custom_kinds.h>
#include <kubus/plugin.h>

#include <chrono>

#include "content.h"

namespace kubus::nslife {

class NamespacePlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    return controller_.workers(4).reconcile<core_v1::Namespace>(
        [this](const core_v1::Namespace& ns) { return reconcile(ns); });
  }

 private:
  Outcome reconcile(const core_v1::Namespace& ns) {
    if (!is_deleting(ns) || !has_finalizer(ns)) return Outcome::done();
    const auto kinds = resources();
    if (!kinds.ok()) return kinds.status();
    const Remaining remaining = remove_content(*kinds, ns.metadata().name());
    auto current = with_conditions(ns, remaining, std::chrono::system_clock::now());
    if (!same_content(ns, current)) {
      auto stored = controller_.client().update_status(current);
      if (!stored.ok()) return gone_is_fine(stored.status());
      current = std::move(*stored);
    }
    if (!remaining.errors.empty()) return Status(Code::kInternalError, remaining.errors.front());
    using std::chrono::seconds;
    if (!remaining.empty()) return Outcome::requeue_after(seconds(remaining.pods ? 1 : 5));
    return gone_is_fine(finalize(current));
  }

  // Deletes resource by resource and looks what stays. Pods go first, and while there are any the
  // rest is kept: they may still need it to end well.
  Remaining remove_content(const std::vector<Kind>& kinds, const std::string& ns) {
    Remaining remaining;
    for (const Kind& resource : kinds) {
      Remaining before;
      Status status = count(*resource, ns, before);
      if (status.ok() && !before.resources.empty()) {
        status = remove_all(*resource, ns);
        if (status.ok()) status = count(*resource, ns, remaining);
      }
      if (!status.ok()) remaining.errors.push_back(status.message());
      if (resource->group_resource() == "pods" && !remaining.empty()) break;
    }
    return remaining;
  }

  // The custom ones are asked for each time: objects of one that is not known of yet would stay
  // behind.
  Result<std::vector<Kind>> resources() {
    auto custom = custom_kinds_now(controller_.client());
    if (!custom.ok()) return custom;
    std::vector<Kind> all;
    for (const ResourceInfo* resource : built_in_) all.push_back(built_in_kind(*resource));
    for (const Kind& kind : *custom)
      if (kind->namespaced) all.push_back(kind);
    return all;
  }

  static ApiClient::RawRequest request(const char* verb, const ResourceInfo& resource,
                                       const std::string& ns) {
    ApiClient::RawRequest request;
    request.verb = verb;
    request.group = resource.group;
    request.version = resource.version;
    request.resource = resource.plural;
    request.ns = ns;
    request.query = {{"asStored", "true"}};
    return request;
  }

  Status count(const ResourceInfo& resource, const std::string& ns, Remaining& remaining) {
    auto reply = controller_.client().raw(request("list", resource, ns));
    if (!reply.ok()) return not_served_is_fine(resource, reply.status());
    auto list = new_list(resource);
    DecodeOptions options;
    options.max_bytes = reply->size() + 1;
    KUBUS_TRY(from_json(*reply, *list, options));
    count_items(resource, *list, remaining);
    return {};
  }

  Status remove_all(const ResourceInfo& resource, const std::string& ns) {
    auto removal = request("deletecollection", resource, ns);
    removal.body = R"({"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"})";
    return not_served_is_fine(resource, controller_.client().raw(removal).status());
  }

  Status finalize(const core_v1::Namespace& ns) {
    auto update = request("update", resource_of<core_v1::Namespace>(), "");
    update.name = ns.metadata().name();
    update.subresource = "finalize";
    update.body = to_json(finalized(ns));
    return controller_.client().raw(update).status();
  }

  // A custom kind is there, served already or for a moment still.
  static Status not_served_is_fine(const ResourceInfo& resource, const Status& status) {
    if (!find_resource(resource.group, resource.version, resource.plural)) return status;
    const bool not_served =
        status.code() == Code::kNotFound || status.code() == Code::kMethodNotAllowed;
    return not_served ? Status() : status;
  }
  static Status gone_is_fine(const Status& status) {
    return status.code() == Code::kNotFound ? Status() : status;
  }

  const std::vector<const ResourceInfo*> built_in_ = deletable_resources();
  Controller controller_{context(), "namespace"};
};

}  // namespace kubus::nslife

KUBUS_PLUGIN(kubus::nslife::NamespacePlugin)
