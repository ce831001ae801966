#include "webhooks/review.h"

#include <k8s/admission/v1/admission_review.pb.h>
#include <k8s/apimachinery/runtime.pb.h>
#include <k8s/authentication/v1/user_info.pb.h>
#include <k8s/meta/v1/group_version.pb.h>

#include <boost/json.hpp>

#include "auth/user_info.h"
#include "kubus/api/json.h"
#include "policy/rule_matching.h"
#include "policy/write_options.h"
#include "webhooks/review_decoding.h"

namespace kubus::apiserver::webhooks {
namespace {

namespace json = boost::json;

constexpr const char* kReviewGroup = "admission.k8s.io";
constexpr const char* kKind = "AdmissionReview";
// The version before it left open what an answer is to.
constexpr const char* kStrictVersion = "v1";

void set_kind(KindName name, meta_v1::GroupVersionKind& kind) {
  kind.set_group(std::move(name.group));
  kind.set_version(std::move(name.version));
  kind.set_kind(std::move(name.kind));
}

void set_resource(const ResourceInfo& resource, meta_v1::GroupVersionResource& out) {
  out.set_group(resource.group);
  out.set_version(resource.version);
  out.set_resource(resource.plural);
}

Status no_verdict(const std::string& why) {
  return Status(Code::kServiceUnavailable, "received invalid webhook response: " + why);
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

// A patch and its type come together, and from those only that may change something.
Status check_patch(const admission_v1::AdmissionResponse& response, bool mutates) {
  const bool patch = !response.patch().empty(), type = response.has_patchtype();
  if (!mutates) {
    if (patch) return no_verdict("validating webhook may not return response.patch");
    if (type) return no_verdict("validating webhook may not return response.patchType");
    return {};
  }
  if (patch && !type)
    return no_verdict("webhook returned response.patch but not response.patchType");
  if (type && !patch)
    return no_verdict("webhook returned response.patchType but not response.patch");
  if (type && response.patchtype().empty())
    return no_verdict("webhook returned invalid response.patchType of \"\"");
  if (type && response.patchtype() != "JSONPatch")
    return no_verdict("unsupported patch type " + quoted(response.patchtype()));
  return {};
}

}  // namespace

std::string review_json(const std::string& uid, const SeenCall& seen, const std::string& version) {
  const auto& call = seen.call();
  admission_v1::AdmissionReview review;
  auto& request = *review.mutable_request();
  request.set_uid(uid);
  set_kind(seen.kind(), *request.mutable_kind());
  set_resource(seen.resource(), *request.mutable_resource());
  set_kind(seen.asked_kind(), *request.mutable_requestkind());
  set_resource(call.call.seen_resource(), *request.mutable_requestresource());
  if (const auto& part = call.call.info.subresource; !part.empty()) {
    request.set_subresource(part);
    request.set_requestsubresource(part);
  }
  if (auto name = call.name(); !name.empty()) request.set_name(std::move(name));
  if (auto ns = call.ns(); !ns.empty()) request.set_namespace_(std::move(ns));
  request.set_operation(std::string(operation_name(call.operation)));
  set_user_info(call.call.identity, *request.mutable_userinfo());
  if (call.object) request.mutable_object()->set_raw(to_json(*call.object));
  if (call.old) request.mutable_oldobject()->set_raw(to_json(*call.old));
  request.set_dryrun(call.call.dry_run());
  // Whoever connects has sent no options but those that are the object.
  if (!call.connects())
    request.mutable_options()->set_raw(json::serialize(policy::write_options(call)));
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/)" + version + R"(",)" +
         to_json(review, {.type_meta = false}).substr(1);
}

Result<Verdict> read_verdict(std::string_view body, const std::string& uid,
                             const std::string& version, bool mutates) {
  admission_v1::AdmissionReview review;
  auto type = decode_review(body, version, review);
  if (!type.ok()) return type.status().annotate("failed to call webhook");
  if (!review.has_response()) return no_verdict("webhook response was absent");
  auto& response = *review.mutable_response();
  if (version == kStrictVersion) {
    if (response.uid() != uid)
      return no_verdict("expected response.uid=" + quoted(uid) + ", got " +
                        quoted(response.uid()));
    const auto wanted = go_text({std::string(kReviewGroup) + "/" + version, kKind});
    if (const auto got = go_text(*type); got != wanted)
      return no_verdict("expected webhook response of " + wanted + ", got " + got);
    KUBUS_TRY(check_patch(response, mutates));
  }
  Verdict verdict;
  verdict.allowed = response.allowed();
  verdict.status = std::move(*response.mutable_status());
  if (mutates) verdict.patch = std::move(*response.mutable_patch());
  verdict.annotations.insert(response.auditannotations().begin(),
                             response.auditannotations().end());
  verdict.warnings.assign(response.warnings().begin(), response.warnings().end());
  return verdict;
}

meta_v1::Status refusal_of(const Verdict& verdict, const std::string& webhook) {
  auto out = verdict.status;
  out.mutable_metadata();
  if (out.code() < 400 || out.code() > 599) out.set_code(400);
  if (out.status().empty() || out.status() == "Success") out.set_status("Failure");
  const auto denied = "admission webhook " + quoted(webhook) + " denied the request";
  if (!out.message().empty())
    out.set_message(denied + ": " + out.message());
  else if (!out.reason().empty())
    out.set_message(denied + ": " + out.reason());
  else
    out.set_message(denied + " without explanation");
  return out;
}

}  // namespace kubus::apiserver::webhooks
