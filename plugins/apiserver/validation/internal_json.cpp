#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "kubus/api/schema.h"
#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::pair<std::string_view, std::string_view> kGoNames[] = {
    {"apiVersion", "APIVersion"},
    {"apiGroup", "APIGroup"},
    {"apiGroups", "APIGroups"},
    {"uid", "UID"},
    {"ip", "IP"},
    {"ipBlock", "IPBlock"},
    {"cidr", "CIDR"},
    {"cidrs", "CIDRs"},
    {"gmsaCredentialSpec", "GMSACredentialSpec"},
    {"gmsaCredentialSpecName", "GMSACredentialSpecName"},
    {"dnsPolicy", "DNSPolicy"},
    {"dnsConfig", "DNSConfig"},
    {"seLinuxOptions", "SELinuxOptions"},
    {"seLinuxChangePolicy", "SELinuxChangePolicy"},
    {"fsGroup", "FSGroup"},
    {"fsGroupChangePolicy", "FSGroupChangePolicy"},
    {"fsType", "FSType"},
    {"httpGet", "HTTPGet"},
    {"httpHeaders", "HTTPHeaders"},
    {"tcpSocket", "TCPSocket"},
    {"grpc", "GRPC"},
    {"os", "OS"},
    {"tty", "TTY"},
    {"nfs", "NFS"},
    {"iscsi", "ISCSI"},
    {"iqn", "IQN"},
    {"rbd", "RBD"},
    {"fc", "FC"},
    {"csi", "CSI"},
    {"cephfs", "CephFS"},
    {"gcePersistentDisk", "GCEPersistentDisk"},
    {"awsElasticBlockStore", "AWSElasticBlockStore"},
    {"scaleIO", "ScaleIO"},
    {"storageos", "StorageOS"},
    {"ttlSecondsAfterFinished", "TTLSecondsAfterFinished"},
};

std::string go_name(std::string_view json_name) {
  for (const auto& [json, go] : kGoNames) {
    if (json == json_name) return std::string(go);
  }
  std::string out(json_name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

// A member that stands elsewhere than in the form that is sent.
struct Moved {
  std::string_view type, member, behind;  // behind nothing: nowhere at all
};

constexpr Moved kMoved[] = {
    {"k8s.io.api.core.v1.PodSpec", "setHostnameAsFQDN", "subdomain"},
    {"k8s.io.api.core.v1.PodSpec", "preemptionPolicy", "priority"},
    {"k8s.io.api.core.v1.PodSpec", "overhead", "runtimeClassName"},
    {"k8s.io.api.core.v1.PodSpec", "serviceAccount", ""},
    // These are said in the security context.
    {"k8s.io.api.core.v1.PodSpec", "hostNetwork", ""},
    {"k8s.io.api.core.v1.PodSpec", "hostPID", ""},
    {"k8s.io.api.core.v1.PodSpec", "hostIPC", ""},
    {"k8s.io.api.core.v1.PodSpec", "shareProcessNamespace", ""},
    {"k8s.io.api.core.v1.PodSpec", "hostUsers", ""},
    {"k8s.io.api.core.v1.PodSecurityContext", "fsGroupChangePolicy", "fsGroup"},
    {"k8s.io.api.core.v1.VolumeSource", "quobyte", "rbd"},
    {"k8s.io.api.core.v1.PersistentVolumeSource", "quobyte", "rbd"},
    {"k8s.io.api.core.v1.PersistentVolumeSource", "flexVolume", "iscsi"},
};

constexpr std::string_view kOfSecurityContext[] = {"hostNetwork", "hostPID", "hostIPC",
                                                   "shareProcessNamespace", "hostUsers"};

using Fields = std::vector<const FieldInfo*>;

const FieldInfo* field_of(const Message& message, std::string_view name) {
  for (const FieldInfo& field : message_info(message).fields)
    if (!field.inlined && field.json_name == name) return &field;
  return nullptr;
}

// The members in the order of the internal form.
Fields ordered_fields(const Message& message) {
  const auto& fields = message_info(message).fields;
  const std::string_view type = message.GetDescriptor()->full_name();
  Fields out;
  for (const FieldInfo& field : fields) {
    const auto moved = [&](const Moved& one) {
      return one.type == type && one.member == field.json_name;
    };
    if (std::none_of(std::begin(kMoved), std::end(kMoved), moved)) out.push_back(&field);
  }
  for (const Moved& one : kMoved) {
    if (one.type != type || one.behind.empty()) continue;
    const auto place = std::find_if(out.begin(), out.end(), [&](const FieldInfo* field) {
      return field->json_name == one.behind;
    });
    const FieldInfo* field = field_of(message, one.member);
    if (place != out.end() && field != nullptr) out.insert(place + 1, field);
  }
  return out;
}

// Types without an internal form of their own are printed as they are sent.
bool is_shared(const Message& message) {
  return message.GetDescriptor()->full_name().starts_with("k8s.io.apimachinery.") ||
         message_info(message).form != JsonForm::kObject;
}

class Printer {
 public:
  std::string run(const Message& message) {
    members(message);
    return std::move(out_);
  }

 private:
  void object(const Message& message) {
    if (is_shared(message)) {
      out_ += to_json(message);
    } else {
      members(message);
    }
  }

  void members(const Message& message) {
    out_ += '{';
    bool first = true;
    list(message, first);
    out_ += '}';
  }

  void member(const Message& message, const FieldInfo& field, bool& first) {
    if (!first) out_ += ',';
    first = false;
    out_ += '"' + go_name(field.json_name) + "\":";
    value(message, field);
  }

  // Of a pod that says anything of what it shares with its node.
  void security_context(const Message& pod, const FieldInfo& field, bool& first) {
    if (!first) out_ += ',';
    out_ += "\"SecurityContext\":{";
    first = true;
    for (const auto name : kOfSecurityContext) member(pod, *field_of(pod, name), first);
    list(pod.GetReflection()->GetMessage(pod, field.field), first);
    out_ += '}';
  }

  void list(const Message& message, bool& first) {
    const bool of_pod = message.GetDescriptor()->full_name() == "k8s.io.api.core.v1.PodSpec";
    for (const FieldInfo* next : ordered_fields(message)) {
      const FieldInfo& field = *next;
      if (field.inlined) {
        list(message.GetReflection()->GetMessage(message, field.field), first);
        continue;
      }
      if (field.message != nullptr && field.json_name == "metadata") {
        // Embedded, so that its members stand among the others.
        const auto& metadata = message.GetReflection()->GetMessage(message, field.field);
        const std::string json = to_json(metadata);
        if (json.size() > 2) {
          if (!first) out_ += ',';
          first = false;
          out_.append(json, 1, json.size() - 2);
        }
        continue;
      }
      if (of_pod && field.json_name == "securityContext")
        security_context(message, field, first);
      else
        member(message, field, first);
    }
  }

  void value(const Message& message, const FieldInfo& field) {
    const auto& reflection = *message.GetReflection();
    if (field.shape == FieldShape::kMap) return map(message, field);
    if (field.shape == FieldShape::kList) {
      const int size = reflection.FieldSize(message, field.field);
      if (size == 0) {
        out_ += "null";
        return;
      }
      for (int i = 0; i < size; ++i) {
        out_ += i == 0 ? '[' : ',';
        item(message, field, i);
      }
      out_ += ']';
      return;
    }
    if (field.pointer && !reflection.HasField(message, field.field)) {
      out_ += "null";
      return;
    }
    single(message, field);
  }

  void single(const Message& message, const FieldInfo& field) {
    const auto& reflection = *message.GetReflection();
    switch (field.type) {
      case FieldType::kString:
        return append_json_string(reflection.GetString(message, field.field), out_);
      case FieldType::kBytes:
        return append_json_string(encode_base64(reflection.GetString(message, field.field)), out_);
      case FieldType::kBool:
        out_ += reflection.GetBool(message, field.field) ? "true" : "false";
        return;
      case FieldType::kInt32:
        out_ += std::to_string(reflection.GetInt32(message, field.field));
        return;
      case FieldType::kInt64:
        out_ += std::to_string(reflection.GetInt64(message, field.field));
        return;
      case FieldType::kDouble:
        out_ += std::to_string(reflection.GetDouble(message, field.field));
        return;
      case FieldType::kMessage:
        return object(reflection.GetMessage(message, field.field));
    }
  }

  void item(const Message& message, const FieldInfo& field, int i) {
    const auto& reflection = *message.GetReflection();
    switch (field.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return object(reflection.GetRepeatedMessage(message, field.field, i));
      case FieldDescriptor::CPPTYPE_INT32:
        out_ += std::to_string(reflection.GetRepeatedInt32(message, field.field, i));
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        out_ += std::to_string(reflection.GetRepeatedInt64(message, field.field, i));
        return;
      default:
        append_json_string(reflection.GetRepeatedString(message, field.field, i), out_);
    }
  }

  void map(const Message& message, const FieldInfo& field) {
    const auto& reflection = *message.GetReflection();
    std::vector<std::pair<std::string, std::string>> entries;
    for (int i = 0; i < reflection.FieldSize(message, field.field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(message, field.field, i);
      const auto* type = entry.GetDescriptor();
      Printer value;
      const auto* of_value = type->map_value();
      if (of_value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        value.object(entry.GetReflection()->GetMessage(entry, of_value));
      } else {
        append_json_string(entry.GetReflection()->GetString(entry, of_value), value.out_);
      }
      entries.emplace_back(entry.GetReflection()->GetString(entry, type->map_key()),
                           std::move(value.out_));
    }
    if (entries.empty()) {
      out_ += "null";
      return;
    }
    std::sort(entries.begin(), entries.end());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      out_ += i == 0 ? '{' : ',';
      append_json_string(entries[i].first, out_);
      out_ += ':' + entries[i].second;
    }
    out_ += '}';
  }

  std::string out_;
};

}  // namespace

std::string internal_json(const Message& message) { return Printer().run(message); }

}  // namespace kubus::apiserver
