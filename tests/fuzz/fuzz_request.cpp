// What the server reads of a request before it knows the client: path and query, Accept, the
// parameters of lists. The input is a target, a newline and an Accept header.
#include <google/protobuf/stubs/logging.h>

#include "registry/list_query.h"
#include "request/media_type.h"
#include "request/query.h"
#include "request/request_info.h"
#include "services/address_range.h"
#include "target.h"

namespace kubus::fuzz {

using namespace apiserver;

namespace {

void list_parameters(const Query& query, const RequestInfo& info) {
  static const ResourceInfo* const pods = find_resource("", "v1", "pods");
  Call call;
  call.resource = pods;
  call.info = info;
  call.query = query;
  const auto list = list_query(call);
  require(list.ok() || !list.status().message().empty(), "a refusal says nothing");
  if (!list.ok() || list->start.empty()) return;
  Query next;
  next.add("continue", continue_token(list->exact, list->start));
  call.query = next;
  const auto again = list_query(call);
  require(again.ok() && again->start == list->start && again->exact == list->exact,
          "a continue token does not print itself");
}

}  // namespace

void run(std::string_view input) {
  // Unoptimised, protobuf complains of what a client wrote that is no UTF-8; JSON has it replaced.
  static google::protobuf::LogSilencer silence;
  const auto [target, accept] = split_line(input);
  const auto question = target.find('?');
  const auto query = Query::parse(question == std::string_view::npos ? std::string_view()
                                                                     : target.substr(question + 1));
  for (const char* method : {"GET", "POST", "DELETE"}) {
    const auto info = parse_request(method, target.substr(0, question), query);
    // Two slashes have an empty segment between them, as in the reference; nothing is called so.
    require(!info.resource.empty() || !find_resource(info.group, info.version, info.resource),
            "a resource has no name");
    list_parameters(query, info);
  }
  for (const auto& [name, value] : query.values()) {
    require(percent_decode(percent_encode(value), true) == value, "an escape is lost");
    (void)query.number(name);
    (void)query.flag(name);
  }
  (void)negotiate(accept);
  (void)body_format(accept);
  if (const auto network = parse_network(accept)) {
    const AddressRange range(*network);
    const auto free = range.any_free();
    require(!free || range.contains(*free), "a range gives away what it does not have");
  }
}

std::vector<std::string> seeds() {
  return {"/api/v1/namespaces/default/pods/a/log?follow=true&tailLines=5\napplication/json",
          "/apis/apps/v1/watch/deployments?watch=1&resourceVersion=0\n*/*;q=0.8",
          "/api/v1/pods?limit=5&continue=" + continue_token(17, "default/a") +
              "\napplication/json;as=Table;v=v1;g=meta.k8s.io,application/json",
          "/api/v1/pods?labelSelector=a%3Db%2Cc+in+%28d%29&fieldSelector=metadata.name%3Dx\n"
          "application/vnd.kubernetes.protobuf",
          "/api/v1/nodes/n/proxy/stats/summary\n10.96.0.0/12",
          "/api/v1/namespaces/n/finalize?dryRun=All&resourceVersionMatch=Exact\n"
          "application/yaml"};
}

}  // namespace kubus::fuzz
