// Which fields objects can be selected by, and how their values are found in the message.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <span>

#include "selector/field_selector.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::string_view kPod[] = {
    "metadata.name",
    "metadata.namespace",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
};
constexpr std::string_view kNode[] = {"metadata.name", "spec.unschedulable"};
constexpr std::string_view kNamespace[] = {"metadata.name", "status.phase"};
constexpr std::string_view kSecret[] = {"metadata.name", "metadata.namespace", "type"};
constexpr std::string_view kService[] = {"metadata.name", "metadata.namespace", "spec.clusterIP",
                                         "spec.type"};
constexpr std::string_view kController[] = {"metadata.name", "metadata.namespace",
                                            "status.replicas"};
constexpr std::string_view kJob[] = {"metadata.name", "metadata.namespace", "status.successful"};
constexpr std::string_view kSigningRequest[] = {"metadata.name", "spec.signerName"};
constexpr std::string_view kResourceSlice[] = {"metadata.name", "spec.nodeName", "spec.driver"};
constexpr std::string_view kCoreEvent[] = {
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
    "metadata.name",
    "metadata.namespace",
};
constexpr std::string_view kEvent[] = {
    "regarding.kind",       "regarding.namespace",
    "regarding.name",       "regarding.uid",
    "regarding.apiVersion", "regarding.resourceVersion",
    "regarding.fieldPath",  "reason",
    "reportingController",  "type",
    "metadata.name",        "metadata.namespace",
};

struct KindFields {
  std::string_view group;
  std::string_view kind;
  std::span<const std::string_view> fields;
};

constexpr KindFields kKinds[] = {
    {"", "Pod", kPod},
    {"", "Node", kNode},
    {"", "Namespace", kNamespace},
    {"", "Secret", kSecret},
    {"", "Service", kService},
    {"", "ReplicationController", kController},
    {"", "Event", kCoreEvent},
    {"events.k8s.io", "Event", kEvent},
    {"batch", "Job", kJob},
    {"certificates.k8s.io", "CertificateSigningRequest", kSigningRequest},
    {"resource.k8s.io", "ResourceSlice", kResourceSlice},
};

const KindFields* find_kind(std::string_view group, std::string_view kind) {
  for (const KindFields& entry : kKinds) {
    if (entry.group == group && entry.kind == kind) return &entry;
  }
  return nullptr;
}

std::string not_supported(const KindFields& kind, const std::string& field) {
  if (kind.kind == "Job") return "field label " + quoted(field) + " not supported for Job";
  if (kind.kind == "ResourceSlice") {
    return "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: " + field;
  }
  return "field label not supported: " + field;
}

std::string not_known(const std::string& field) {
  return quoted(field) +
         " is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
}

std::string scalar_text(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return std::to_string(reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection->GetInt64(message, field));
    default:
      return {};
  }
}

std::string value_at(const Message& object, std::string_view path) {
  const Message* message = &object;
  for (;;) {
    const std::size_t dot = path.find('.');
    const FieldDescriptor* field =
        message->GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || field->is_repeated()) return {};
    if (dot == std::string_view::npos) return scalar_text(*message, field);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return {};
    message = &message->GetReflection()->GetMessage(*message, field);
    path.remove_prefix(dot + 1);
  }
}

std::string event_source(const Message& event) {
  std::string source = value_at(event, "source.component");
  return source.empty() ? value_at(event, "reportingComponent") : source;
}

}  // namespace

std::string selectable_value(const google::protobuf::Message& object, std::string_view field) {
  if (field == "status.podIPs") return {};
  if (field == "status.successful") return value_at(object, "status.succeeded");
  if (field == "source") return event_source(object);
  return value_at(object, field);
}

Status FieldSelector::check(std::string_view group, std::string_view kind,
                            const std::vector<std::string>* custom) const {
  const KindFields* entry = find_kind(group, kind);
  for (const FieldTerm& term : terms_) {
    if (entry != nullptr) {
      if (std::find(entry->fields.begin(), entry->fields.end(), term.field) !=
          entry->fields.end()) {
        continue;
      }
      return {Code::kBadRequest, not_supported(*entry, term.field)};
    }
    if (term.field == "metadata.name" || term.field == "metadata.namespace") continue;
    if (!custom) return {Code::kBadRequest, not_known(term.field)};
    if (std::find(custom->begin(), custom->end(), term.field) == custom->end())
      return {Code::kBadRequest, "field label not supported: " + term.field};
  }
  return {};
}

}  // namespace kubus::apiserver
