#include "policy/write_options.h"

#include <k8s/meta/v1/options.pb.h>

#include <boost/json.hpp>

#include "kubus/api/json_value.h"
#include "registry/body.h"

namespace kubus::apiserver::policy {
namespace {

namespace json = boost::json;

// What was sent along with a deletion.
json::object deletion_options(const Call& call) {
  if (call.body.empty()) return {};
  // Answers to other questions may be adding their warnings to the call itself.
  Call reading;
  reading.resource = call.resource;
  reading.body = call.body;
  reading.body_format = call.body_format;
  const auto sent = read_body(reading, *meta_v1::DeleteOptions::descriptor());
  json::value tree;
  if (!sent.ok() || !to_json_value(**sent, tree).ok() || !tree.is_object()) return {};
  return std::move(tree.as_object());
}

}  // namespace

json::object write_options(const AdmissionCall& call) {
  const auto& query = call.call.query;
  auto out = call.deletes() ? deletion_options(call.call) : json::object();
  out["kind"] = call.creates()   ? "CreateOptions"
                : call.deletes() ? "DeleteOptions"
                                 : "UpdateOptions";
  out["apiVersion"] = "meta.k8s.io/v1";
  if (call.call.dry_run()) out["dryRun"] = json::array({"All"});
  const auto add = [&](const char* name) {
    if (const auto value = query.get(name); !value.empty()) out[name] = value;
  };
  if (call.deletes()) {
    if (!call.call.body.empty()) return out;
    add("propagationPolicy");
    const auto seconds = query.number("gracePeriodSeconds");
    if (seconds) out["gracePeriodSeconds"] = *seconds;
  } else {
    add("fieldManager");
    add("fieldValidation");
  }
  return out;
}

}  // namespace kubus::apiserver::policy
