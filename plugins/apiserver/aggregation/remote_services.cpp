#include "aggregation/remote_services.h"

#include <k8s/meta/v1/object_meta.pb.h>

namespace kubus::apiserver::aggregation {
namespace {

constexpr int kHttps = 443;

}  // namespace

RemoteServicePtr RemoteServices::make(const APIService& object,
                                      const RemoteServiceMap& before) const {
  const auto& spec = object.spec();
  auto text = spec.SerializeAsString();
  const auto known = before.find(object.metadata().name());
  const bool same = !renewed_ && known != before.end() && known->second->spec == text;
  if (same && known->second->available == is_available(object)) return known->second;
  auto out =
      same ? std::make_shared<RemoteService>(*known->second) : std::make_shared<RemoteService>();
  out->available = is_available(object);
  if (same) return out;
  out->spec = std::move(text);
  out->name = object.metadata().name();
  out->group = spec.group();
  out->version = spec.version();
  out->rank = {spec.grouppriorityminimum(), spec.versionpriority()};
  out->ns = spec.service().namespace_();
  out->service = spec.service().name();
  out->port = std::to_string(spec.service().has_port() ? spec.service().port() : kHttps);
  out->checks_name = !spec.insecureskiptlsverify();
  out->probing = http::ClientTls::make(client_.certificate_pem, client_.key_pem, {});
  out->tls = out->checks_name ? http::ClientTls::trusting(spec.cabundle(), client_.certificate_pem,
                                                          client_.key_pem)
                              : out->probing;
  return out;
}

void RemoteServices::set_client(pki::Pair client) {
  const std::lock_guard lock(mutex_);
  client_ = std::move(client);
  revision_ = -1;
  renewed_ = true;
}

std::shared_ptr<const RemoteServiceMap> RemoteServices::all() {
  const std::lock_guard lock(mutex_);
  const auto revision = services_.revision();
  if (revision == revision_) return all_;
  auto next = std::make_shared<RemoteServiceMap>();
  services_.for_each([&](const ObjectPtr& object) {
    const auto& service = static_cast<const APIService&>(*object->decoded());
    if (is_remote(service)) (*next)[std::string(object->name())] = make(service, *all_);
  });
  revision_ = revision;
  renewed_ = false;
  all_ = std::move(next);
  return all_;
}

RemoteServicePtr RemoteServices::find(std::string_view path) {
  const auto services = all();
  if (services->empty()) return nullptr;
  static constexpr std::string_view kDescriptions = "/openapi/v3";
  if (path.starts_with(kDescriptions)) path.remove_prefix(kDescriptions.size());
  static constexpr std::string_view kPrefix = "/apis/";
  if (!path.starts_with(kPrefix)) return nullptr;
  path.remove_prefix(kPrefix.size());
  const auto slash = path.find('/');
  if (slash == path.npos) return nullptr;
  const auto group = path.substr(0, slash);
  const auto rest = path.substr(slash + 1);
  const auto found =
      services->find(service_name(std::string(group), std::string(rest.substr(0, rest.find('/')))));
  return found == services->end() ? nullptr : found->second;
}

}  // namespace kubus::apiserver::aggregation
