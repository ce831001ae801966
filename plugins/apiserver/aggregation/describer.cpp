#include "aggregation/describer.h"

#include <algorithm>

#include "aggregation/index_page.h"
#include "aggregation/probe.h"
#include "aggregation/remote_kinds.h"
#include "openapi/upgrade.h"

namespace kubus::apiserver::aggregation {
namespace {

constexpr const char* kDiscoverer = "system:kube-aggregator";
constexpr const char* kReader = "system:aggregator";

std::string text_of(const http::Response& response) {
  std::string out;
  for (const auto& part : response.body) out += part.view();
  return out;
}

std::string failure(const Result<http::Response>& response) {
  return response.ok() ? "status " + std::to_string(response->status) : response.status().message();
}

ServedVersion version_of(const RemoteService& service, bool current) {
  return {service.group, service.version, service.rank, true, current};
}

// `made`: what stands in for a page of theirs; null: nothing does.
void add_page(const std::string& theirs, const DocumentPtr& made, const std::string& path,
              RemoteDocuments& documents) {
  if (!theirs.empty()) {
    documents.pages[path] = theirs;
  } else if (made) {
    const std::string_view tag = made->etag;  // in quotes
    documents.pages[path] =
        "/openapi/v3/" + path + "?hash=" + std::string(tag.substr(1, tag.size() - 2));
    documents.made[path] = made;
  }
}

}  // namespace

Describer::Describer(Registry& registry, KindCatalog& kinds, RemoteServices& services)
    : registry_(registry),
      kinds_(kinds),
      services_(services),
      documents_(std::make_shared<RemoteDocuments>()) {}

void Describer::settle() {
  const auto all = services_.all();
  std::erase_if(known_, [&](const auto& entry) { return !all->contains(entry.first); });
  for (const auto& [name, service] : *all) known_[name];
  publish();
}

void Describer::wake() {
  registry_.context().loop().post([this] {
    if (running_ && !parts_.empty()) merge();
  });
}

void Describer::checked(const std::string& name, bool answers) {
  const auto all = services_.all();
  const auto service = all->find(name);
  const auto known = known_.find(name);
  if (!running_ || service == all->end() || known == known_.end() || known->second.busy) return;
  if (!answers) {
    known->second.current = false;
    return publish();
  }
  known->second.busy = true;
  const auto& one = *service->second;
  ask(service->second, "/apis/" + one.group + "/" + one.version, {},
      [this](Known& of, const RemoteServicePtr& from, const Result<http::Response>& response) {
        read_kinds(of, from, response);
      });
}

// `tag`: of what is known already.
void Describer::ask(const RemoteServicePtr& service, std::string target, const std::string& tag,
                    Read read) {
  const auto hear = [this, service](Read& read, const Result<http::Response>& response) {
    const auto known = known_.find(service->name);
    if (running_ && known != known_.end()) read(known->second, service, response);
  };
  auto shared = std::make_shared<Read>(std::move(read));
  const auto later = [this, hear, shared](Result<http::Response> response) {
    registry_.context().loop().post(
        [hear, shared, response = std::move(response)] { hear(*shared, response); });
  };
  const auto endpoint =
      service_endpoint(registry_.cache(), service->ns, service->service, service->port);
  if (!endpoint.ok()) return later(endpoint.status());
  if (!service->tls.ok()) return later(service->tls.status());
  const auto* user = target.starts_with("/apis/") ? kDiscoverer : kReader;
  auto request = own_request(*service, *endpoint, std::move(target), user);
  request.tls = *service->tls;
  request.headers.add("Accept", "application/json");
  if (!tag.empty()) request.headers.add("If-None-Match", tag);
  client_.send(std::move(request), later);
}

void Describer::read_kinds(Known& known, const RemoteServicePtr& service,
                           const Result<http::Response>& response) {
  known.current = response.ok() && response->status == 200;
  if (!known.current) {
    skip(known, service, "the resources of an API service", failure(response));
    return finish(known);
  }
  if (auto list = text_of(*response); list != known.list) {
    auto kinds = read_resources(list, service->group, service->version);
    if (kinds.ok())
      known.kinds = std::make_shared<const std::vector<ResourceInfo>>(std::move(*kinds));
    else
      skip(known, service, "the resources of an API service", kinds.status().message());
    known.list = std::move(list);
  }
  ask(service, "/openapi/v3", known.index_tag,
      [this](Known& of, const RemoteServicePtr& from, const Result<http::Response>& index) {
        read_index(of, from, index);
      });
}

void Describer::read_index(Known& known, const RemoteServicePtr& service,
                           const Result<http::Response>& response) {
  if (response.ok() && response->status == 200) {
    auto page = page_in(text_of(*response), "apis/" + service->group + "/" + service->version);
    if (!page.ok())
      skip(known, service, "the OpenAPI index of an API service", page.status().message());
    known.page = page.ok() ? std::move(*page) : std::string();
    known.index_tag = response->headers.get("ETag");
    known.without_index = false;
  } else if (response.ok() && response->status == 404) {
    known.page.clear();
    known.without_index = true;
  }
  ask(service, "/openapi/v2", known.document_tag,
      [this](Known& of, const RemoteServicePtr& from, const Result<http::Response>& document) {
        read_document(of, from, document);
      });
}

void Describer::read_document(Known& known, const RemoteServicePtr& service,
                              const Result<http::Response>& response) {
  if (response.ok() && response->status == 404) known.part.reset(), known.made.reset();
  if (!response.ok() || response->status != 200) return finish(known);
  auto& context = registry_.context();
  context.pool().post([this, &context, service, tag = std::string(response->headers.get("ETag")),
                       text = text_of(*response)] {
    auto part = part_of_group(text, service->group);
    auto read = std::make_shared<Result<Understood>>(part.status());
    if (part.ok()) {
      auto made = json_document(document_v3_of(*part, service->group, service->version));
      *read = Understood{std::move(*part), std::move(made)};
    }
    context.loop().post([this, service, tag, read] { take_part(service, tag, std::move(*read)); });
  });
}

void Describer::take_part(const RemoteServicePtr& service, std::string tag,
                          Result<Understood> document) {
  const auto found = known_.find(service->name);
  if (!running_ || found == known_.end()) return;
  auto& known = found->second;
  known.document_tag = std::move(tag);
  if (document.ok()) {
    known.part = std::make_shared<const SwaggerPart>(std::move(document->part));
    known.made = std::move(document->made);
  } else {
    skip(known, service, "the OpenAPI document of an API service", document.status().message());
  }
  finish(known);
}

void Describer::finish(Known& known) {
  known.busy = false;
  publish();
}

void Describer::skip(Known& known, const RemoteServicePtr& service, const char* what,
                     const std::string& why) const {
  auto complaint = what + (": " + why);
  if (complaint == known.complaint) return;
  known.complaint = std::move(complaint);
  registry_.context().log().warn(std::string(what) + " cannot be read",
                                 {{"name", service->name}, {"error", why}});
}

void Describer::publish() {
  if (!running_) return;
  ServiceFacts facts;
  auto next = std::make_shared<RemoteDocuments>();
  std::vector<std::pair<ServiceRank, std::shared_ptr<const SwaggerPart>>> ranked;
  for (const auto& [name, service] : *services_.all()) {
    const auto& known = known_[name];
    facts.versions.push_back(version_of(*service, known.current));
    facts.kinds.push_back(known.kinds);
    add_page(known.page, known.without_index ? known.made : nullptr,
             "apis/" + service->group + "/" + service->version, *next);
    if (known.part) ranked.emplace_back(service->rank, known.part);
  }
  for (auto& version : local_ranks(*registry_.cache().find(kGroup, kPlural))) {
    facts.versions.push_back(std::move(version));
    facts.kinds.emplace_back();
  }
  kinds_.set_services(std::move(facts));
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& one, const auto& other) {
    return std::pair(one.first.group, one.first.version) >
           std::pair(other.first.group, other.first.version);
  });
  decltype(parts_) parts;
  for (auto& [rank, part] : ranked) parts.push_back(std::move(part));
  next->merged = parts.empty() ? nullptr : documents()->merged;
  std::atomic_store(&documents_, std::shared_ptr<const RemoteDocuments>(std::move(next)));
  if (parts == parts_) return;
  parts_ = std::move(parts);
  if (!parts_.empty()) merge();
}

void Describer::merge() {
  if (merging_) {
    merge_again_ = true;
    return;
  }
  merging_ = true;
  auto& context = registry_.context();
  context.pool().post([this, &context, served = kinds_.served(), parts = parts_] {
    auto merged =
        std::make_shared<const MergedDocument>(merge_v2(served->openapi().document_v2(), parts));
    context.loop().post([this, merged] {
      merging_ = false;
      if (!running_) return;
      auto next = std::make_shared<RemoteDocuments>(*documents());
      next->merged = parts_.empty() ? nullptr : merged;
      std::atomic_store(&documents_, std::shared_ptr<const RemoteDocuments>(std::move(next)));
      if (std::exchange(merge_again_, false) && !parts_.empty()) merge();
    });
  });
}

}  // namespace kubus::apiserver::aggregation
