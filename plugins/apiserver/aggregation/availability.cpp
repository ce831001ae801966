#include "aggregation/availability.h"

#include <k8s/core/v1/service.pb.h>

#include <algorithm>

#include "aggregation/remote_kinds.h"
#include "registry/reflect.h"

namespace kubus::apiserver::aggregation {
namespace {

constexpr std::chrono::seconds kPeriod{30};
constexpr std::chrono::seconds kPatience{5};

std::string text_of(const http::Response& response) {
  std::string out;
  for (const auto& part : response.body) out += part.view();
  return out;
}

bool listens_on(const core_v1::Service& service, const std::string& port) {
  const auto& ports = service.spec().ports();
  return std::any_of(ports.begin(), ports.end(),
                     [&](const auto& one) { return std::to_string(one.port()) == port; });
}

}  // namespace

AvailabilityController::AvailabilityController(Registry& registry, KindCatalog& kinds,
                                               RemoteServices& services)
    : registry_(registry), kinds_(kinds), services_(services) {}

void AvailabilityController::start() {
  running_ = true;
  timer_ = registry_.context().loop().every(kPeriod, [this] {
    if (!services_.all()->empty()) pass();
  });
  wake();
}

void AvailabilityController::stop() {
  running_ = false;
  timer_.reset();
}

std::int64_t AvailabilityController::state() const {
  auto& cache = registry_.cache();
  auto newest = cache.find(kGroup, kPlural)->revision();
  // What others change only matters where there are such services.
  if (services_.all()->empty()) return newest;
  newest = std::max(newest, cache.find("", "services")->revision());
  return std::max(newest, cache.find("discovery.k8s.io", "endpointslices")->revision());
}

void AvailabilityController::wake() {
  if (!running_ || scheduled_ || state() == seen_) return;
  scheduled_ = true;
  registry_.context().loop().post([this] {
    scheduled_ = false;
    if (running_) pass();
  });
}

void AvailabilityController::pass() {
  seen_ = state();
  const auto all = services_.all();
  for (const auto& [name, service] : *all) check(service);
  const auto before = shown_.size();
  std::erase_if(shown_, [&](const auto& entry) { return !all->contains(entry.first); });
  if (shown_.size() != before) kinds_.set_remote(shown_);
}

void AvailabilityController::check(const RemoteServicePtr& service) {
  if (!busy_.insert(service->name).second) {
    again_ = true;
    return;
  }
  Availability finding;
  if (const auto endpoint = look(*service, finding)) return ask(service, *endpoint);
  conclude(service->name, finding);
}

std::optional<Endpoint> AvailabilityController::look(const RemoteService& service,
                                                     Availability& finding) const {
  auto& cache = registry_.cache();
  const auto place = "service/" + service.service + " in \"" + service.ns + "\"";
  const auto stored = cache.find("", "services")->get(service.ns + "/" + service.service);
  if (!stored) {
    finding = {false, "ServiceNotFound", place + " is not present"};
    return std::nullopt;
  }
  if (!listens_on(static_cast<const core_v1::Service&>(*stored->decoded()), service.port)) {
    finding = {false, "ServicePortError", place + " is not listening on port " + service.port};
    return std::nullopt;
  }
  auto endpoint = service_endpoint(cache, service.ns, service.service, service.port);
  if (!endpoint.ok()) {
    finding = {false, "MissingEndpoints",
               "endpoints for " + place + " have no addresses with port name \"\""};
    return std::nullopt;
  }
  return *endpoint;
}

void AvailabilityController::ask(const RemoteServicePtr& service, const Endpoint& endpoint) {
  http::ClientRequest request;
  request.method = "GET";
  request.host = endpoint.host;
  request.port = endpoint.port;
  request.timeout = kPatience;
  request.target = "/apis/" + service->group + "/" + service->version;
  request.headers.add("Accept", "application/json");
  request.headers.add("X-Remote-User", "system:kube-aggregator");
  request.headers.add("X-Remote-Group", "system:masters");
  if (service->checks_name) request.server_name = service->server_name();
  const auto url =
      "https://" + endpoint.host + ":" + std::to_string(endpoint.port) + request.target;
  if (!service->tls.ok()) return answered(service, url, service->tls.status());
  request.tls = *service->tls;
  client_.send(std::move(request), [this, service, url](Result<http::Response> response) {
    registry_.context().loop().post(
        [this, service, url, response = std::move(response)] { answered(service, url, response); });
  });
}

void AvailabilityController::answered(const RemoteServicePtr& service, const std::string& url,
                                      const Result<http::Response>& response) {
  std::string why;
  if (!response.ok())
    why = "Get \"" + url + "\": " + response.status().message();
  else if (response->status < 200 || response->status > 299)
    why = "bad status from " + url + ": " + std::to_string(response->status);
  if (!why.empty())
    return conclude(service->name, {false, "FailedDiscoveryCheck",
                                    "failing or missing response from " + url + ": " + why});
  auto kinds = read_resources(text_of(*response), service->group, service->version);
  if (kinds.ok())
    show(service->name, std::make_shared<const std::vector<ResourceInfo>>(std::move(*kinds)));
  conclude(service->name, {true, "Passed", "all checks passed"});
}

void AvailabilityController::show(const std::string& name,
                                  std::shared_ptr<const std::vector<ResourceInfo>> kinds) {
  const auto same = [&](const std::vector<ResourceInfo>& before) {
    return std::equal(before.begin(), before.end(), kinds->begin(), kinds->end(),
                      [](const ResourceInfo& a, const ResourceInfo& b) {
                        return a.plural == b.plural && a.kind == b.kind && a.verbs == b.verbs &&
                               a.short_names == b.short_names &&
                               a.subresources.size() == b.subresources.size();
                      });
  };
  auto& shown = shown_[name];
  if (shown && same(*shown)) return;
  shown = std::move(kinds);
  kinds_.set_remote(shown_);
}

void AvailabilityController::conclude(const std::string& name, const Availability& finding) {
  auto call =
      own_call(registry_.cache(), *find_resource(kGroup, "v1", kPlural), {}, name, "update");
  registry_.change(
      std::move(call), Part::kWhole,
      [finding](const Object&, const Message& current) -> Result<MessagePtr> {
        MessagePtr next = clone(current);
        set_availability(static_cast<APIService&>(*next), finding);
        return next;
      },
      [this, name](const Result<Answer>& result) {
        if (!result.ok() && result.code() != Code::kNotFound)
          registry_.context().log().warn("the status of an API service cannot be written",
                                         {{"name", name}, {"error", result.status().to_string()}});
        registry_.context().loop().post([this, name] {
          busy_.erase(name);
          if (running_ && std::exchange(again_, false)) pass();
        });
      });
}

}  // namespace kubus::apiserver::aggregation
