// kubus-encryption: `kubus encryption rewrite`, a client of service api.v1.
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iostream>

#include "kubus/api/json_value.h"
#include "kubus/api/resource.h"
#include "kubus/client.h"
#include "kubus/host.h"

namespace kubus::apiserver {
namespace {

using RawRequest = ApiClient::RawRequest;

constexpr const char* kPage = "500";

int complain(const Status& status) {
  std::cerr << "kubus encryption: " << status.message() << '\n';
  return 1;
}

// "secrets", "deployments.apps"; null for what is not served.
const ResourceInfo* find(std::string_view name) {
  const auto dot = name.find('.');
  const auto group = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  for (const auto* resource : newest_resources())
    if (resource->plural == name.substr(0, dot) && resource->group == group) return resource;
  return nullptr;
}

RawRequest request_for(const ResourceInfo& resource, const char* verb) {
  RawRequest request;
  request.verb = verb;
  request.group = resource.group;
  request.version = resource.version;
  request.resource = resource.plural;
  return request;
}

// Replaces an object by itself: the server writes it if it would seal it otherwise today.
Status rewrite_one(ApiClient& api, const ResourceInfo& resource, const boost::json::value& object) {
  const auto& metadata = object.at("metadata").as_object();
  auto read = request_for(resource, "get");
  read.name = metadata.at("name").as_string();
  if (const auto* ns = metadata.if_contains("namespace")) read.ns = ns->as_string();
  auto text = api.raw(read);
  if (text.ok()) {
    auto write = read;
    write.verb = "update";
    write.body = std::move(*text);
    text = api.raw(write);
  }
  // Somebody else has just written it, or deleted it.
  if (text.code() == Code::kConflict || text.code() == Code::kNotFound) return {};
  return text.status().annotate(read.ns.empty() ? read.name : read.ns + "/" + read.name);
}

Status rewrite_all(ApiClient& api, const ResourceInfo& resource, std::size_t& count) {
  auto list = request_for(resource, "list");
  std::string next;
  do {
    list.query = {{"limit", kPage}};
    if (!next.empty()) list.query.emplace_back("continue", next);
    const auto text = api.raw(list);
    if (!text.ok()) return text.status();
    boost::json::value page;
    KUBUS_TRY(parse_json(*text, page));
    const auto* more = page.at("metadata").as_object().if_contains("continue");
    next = more ? std::string(more->as_string()) : std::string();
    for (const auto& object : page.at("items").as_array()) {
      KUBUS_TRY(rewrite_one(api, resource, object));
      ++count;
    }
  } while (!next.empty());
  return {};
}

int rewrite(Context& context, const std::vector<std::string>& names) {
  int result = 0;
  for (const auto& name : names) {
    const auto* resource = find(name);
    std::size_t count = 0;
    const auto status = resource ? rewrite_all(*ApiClient::of(context), *resource, count)
                                 : Status(Code::kNotFound, "there is no resource \"" + name + "\"");
    if (status.ok())
      std::cout << name << ": " << count << " up to date\n";
    else
      result = complain(status);
  }
  return result;
}

int run(int argc, char** argv) {
  std::string run_dir = "/run/kubus";
  std::vector<std::string> names{"secrets"};
  CLI::App app("Objects that are encrypted in storage", "kubus encryption");
  app.require_subcommand(1);
  app.add_option("--run-dir", run_dir, "Run directory of the cluster's kubusd")
      ->envname("KUBUS_RUN_DIR");
  app.add_subcommand("rewrite", "Write anew what is not encrypted with the first key")
      ->add_option("RESOURCE", names, "secrets (the default), deployments.apps, ...");
  CLI11_PARSE(app, argc, argv);
  auto host = Host::open({.run_dir = run_dir, .role = HostRole::kClient, .id = "kubus"});
  if (!host.ok())
    return complain(host.status().annotate("kubusd is not running at " + run_dir +
                                           " (choose a cluster with --run-dir or KUBUS_RUN_DIR)"));
  return rewrite((*host)->self().context(), names);
}

}  // namespace
}  // namespace kubus::apiserver

int main(int argc, char** argv) { return kubus::apiserver::run(argc, argv); }
