#include "server/routes.h"

#include <k8s/meta/v1/discovery.pb.h>

#include "fairness/dump.h"
#include "health/version.h"
#include "kubus/api/protobuf.h"
#include "kubus/metrics.h"
#include "kubus/metrics_reset.h"
#include "metrics/request_timer.h"
#include "metrics/server_gauges.h"
#include "openapi/document_proto.h"
#include "request/media_type.h"
#include "respond/api_errors.h"
#include "respond/indent.h"
#include "respond/router_words.h"
#include "respond/status_body.h"
#include "server/path_index.h"
#include "yaml/yaml.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kMetricsType =
    "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

http::Response document_response(const http::Request& request, DiscoveryDocument document) {
  auto response = text_response(200, document.content_type, {});
  response.body.clear();
  response.headers.set("Cache-Control", "public");
  response.headers.add("ETag", document.etag);
  response.headers.add("Vary", "Accept");
  if (names_tag(request.headers.get("If-None-Match"), document.etag))
    response.status = 304;
  else
    response.body.push_back(Bytes(std::move(document.body)));
  return response;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (!path.empty()) {
    const auto end = path.find('/');
    parts.push_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return parts;
}

// What is routed by method in the reference: the versions of groups that it serves itself, but not
// the groups, whose list is not asked for a method.
bool has_methods(const ServedKinds& kinds, const std::vector<std::string_view>& parts) {
  if (parts[0] == "api") return true;
  constexpr std::string_view kServices = "apiregistration.k8s.io";
  if (parts.size() < 3) return parts.size() == 2 && parts[1] == kServices;
  return kinds.has_built_in(parts[1], parts[2]);
}

template <typename Document>
std::string protobuf_of(std::string_view json) {
  Document message;
  (void)from_json(json, message);  // it is our own
  const auto& kind = message.GetDescriptor()->name();
  std::string out;
  append_envelope(kind == "APIVersions" ? "" : "v1", kind, message.SerializeAsString(), out);
  return out;
}

std::string protobuf_of(std::string_view json, const std::vector<std::string_view>& parts) {
  if (parts.size() == 3 || (parts.size() == 2 && parts[0] == "api"))
    return protobuf_of<meta_v1::APIResourceList>(json);
  if (parts.size() == 2) return protobuf_of<meta_v1::APIGroup>(json);
  if (parts[0] == "api") return protobuf_of<meta_v1::APIVersions>(json);
  return protobuf_of<meta_v1::APIGroupList>(json);
}

// The document in the format that is accepted, as any other object.
http::Response negotiated(const http::Request& request, const std::vector<std::string_view>& parts,
                          DiscoveryDocument document) {
  const auto accept = request.headers.get("Accept");
  const auto accepted = negotiate(accept);
  if (!accepted || accepted->view != View::kObject)
    return failure_response(not_acceptable(kResourceTypes), accept);
  if (accepted->format != Format::kJson) {
    if (accepted->format == Format::kProtobuf)
      document.body = protobuf_of(document.body, parts);
    else if (auto yaml = json_to_yaml(document.body); yaml.ok())
      document.body = std::move(*yaml);
    document.content_type = content_type(accepted->format);
    document.etag = entity_tag(document.body);
  }
  auto response = document_response(request, std::move(document));
  response.headers.set("Cache-Control", "no-cache, private");
  return response;
}

http::Response discover(const ServedKinds& kinds, const RouteCall& call) {
  const auto& discovery = kinds.discovery();
  const auto form = discovery_form(call.request.headers.get("Accept"));
  const auto parts = split(call.info.path);
  std::optional<DiscoveryDocument> document;
  if (parts[0] == "api" && parts.size() == 1)
    document = discovery.core(form);
  else if (parts[0] == "api" && parts.size() == 2)
    document = discovery.resources("", parts[1]);
  else if (parts.size() == 1)
    document = discovery.groups(form);
  else if (parts.size() == 2)
    document = discovery.group(parts[1]);
  else if (parts.size() == 3)
    document = discovery.resources(parts[1], parts[2]);
  if (!document) {
    if (!kinds.is_built_in(call.info.path)) return no_page();
    return failure_response(errors::no_such_path(), call.request.headers.get("Accept"));
  }
  if (has_methods(kinds, parts)) {
    if (call.request.method != "GET") return other_method(call.request);
    if (const auto refused = refused_accept(call.request, kResourceTypes))
      return failure_response(*refused, call.request.headers.get("Accept"));
  }
  if (parts.size() == 1 && form != DiscoveryForm::kLegacy)
    return document_response(call.request, std::move(*document));
  return negotiated(call.request, parts, std::move(*document));
}

DiscoveryDocument as_json(std::string body) {
  DiscoveryDocument document;
  document.etag = entity_tag(body);
  document.body = std::move(body);
  document.content_type = "application/json";
  return document;
}

http::Response reset_metrics() {
  metrics::reset();
  auto response = text_response(200, "text/plain; charset=utf-8", "metrics reset\n");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace

void add_health_routes(Routes& routes, const Health& health, const ClusterCache& cache) {
  for (const char* path : {"/healthz", "/livez", "/readyz"})
    routes.add(path, true, [&health, path](const RouteCall& call) {
      if (call.info.path != path) return health.answer(call.info.path, call.query);
      RequestTimer timer(path, call.request.method);
      auto response = health.answer(path, call.query);
      timer.done(response.status);
      return response;
    });
  routes.add("/version", true, [](const RouteCall& call) {
    const auto path = call.request.path();
    if (path != "/version" && path != "/version/")
      return failure_response(errors::no_such_path(), call.request.headers.get("Accept"));
    if (call.request.method != "GET") return other_method(call.request);
    if (const auto refused = refused_accept(call.request, "application/json"))
      return failure_response(*refused, call.request.headers.get("Accept"));
    return text_response(200, "application/json", version_json());
  });
  routes.add("/metrics", false, [&cache](const RouteCall& call) {
    if (call.request.method == "DELETE") return reset_metrics();
    read_gauges(cache);
    return text_response(200, kMetricsType, metrics::expose());
  });
  routes.add("/metrics/slis", false, [&health](const RouteCall&) {
    return text_response(200, kMetricsType, health.slis().text());
  });
}

void add_fairness_routes(Routes& routes, const fairness::Fairness& fairness) {
  const auto text = [](std::string body) {
    return text_response(200, "text/plain; charset=utf-8", std::move(body));
  };
  const std::string at = "/debug/api_priority_and_fairness/";
  routes.add(at + "dump_priority_levels", false,
             [&fairness, text](const RouteCall&) { return text(fairness::dump_levels(fairness)); });
  routes.add(at + "dump_queues", false,
             [&fairness, text](const RouteCall&) { return text(fairness::dump_queues(fairness)); });
  routes.add(at + "dump_requests", false, [&fairness, text](const RouteCall& call) {
    const bool details = !call.query.get("includeRequestDetails").empty();
    return text(fairness::dump_requests(fairness, details));
  });
}

void add_discovery_routes(Routes& routes, const KindCatalog& kinds, const Health& health) {
  for (const char* path : {"/api", "/apis"})
    routes.add(path, true, [&kinds](const RouteCall& call) {
      return discover(*kinds.served(), call);
    });
  for (const char* path : {"/", "/index.html"})
    routes.add(path, false, [&kinds, &health](const RouteCall&) {
      const auto index = Bytes(path_index(*kinds.served(), health));
      return text_response(200, "application/json", indented_json({&index, 1}));
    });
}

void add_openapi_routes(Routes& routes, const KindCatalog& kinds,
                        const aggregation::Describer& others) {
  routes.add("/openapi/v2", false, [&kinds, &others](const RouteCall& call) {
    const bool proto =
        call.request.headers.get("Accept").find(kOpenApiProtoAsked) != std::string_view::npos;
    const auto documents = others.documents();
    if (documents->merged)
      return document_response(
          call.request, proto ? documents->merged->protobuf() : documents->merged->json());
    auto document = as_json(kinds.served()->openapi().document_v2());
    if (proto) {
      document.body = openapi_v2_protobuf(document.body);
      document.etag = entity_tag(document.body);
      document.content_type = kOpenApiProtoType;
    }
    return document_response(call.request, std::move(document));
  });
  routes.add("/openapi/v3", true, [&kinds, &others](const RouteCall& call) {
    const auto served = kinds.served();
    const auto& openapi = served->openapi();
    static constexpr std::string_view kPrefix = "/openapi/v3";
    std::string_view path = call.info.path;
    path.remove_prefix(std::min(path.size(), kPrefix.size() + 1));
    if (path.empty())
      return document_response(call.request, as_json(openapi.index(others.documents()->pages)));
    if (auto document = openapi.document(path))
      return document_response(call.request, as_json(std::move(*document)));
    const auto documents = others.documents();
    const auto made = documents->made.find(path);
    if (made == documents->made.end()) return no_page();
    return document_response(call.request, *made->second);
  });
}

}  // namespace kubus::apiserver
