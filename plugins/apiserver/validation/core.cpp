#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/namespace.pb.h>
#include <k8s/core/v1/node.pb.h>
#include <k8s/core/v1/secret.pb.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <set>

#include "validation/checks.h"
#include "validation/names.h"
#include "validation/metadata.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kMaxData = 1024U * 1024;
constexpr std::string_view kFixed = "field is immutable when `immutable` is set";

template <class Map>
std::size_t check_data(const Map& data, const Path& path, ErrorList& errors) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : data) {
    errors.invalid_each(path.key(key), key, check_config_key(key));
    bytes += value.size();
  }
  return bytes;
}

template <class Map>
bool same_data(const Map& a, const Map& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a) {
    const auto found = b.find(key);
    if (found == b.end() || found->second != value) return false;
  }
  return true;
}

void check_config_map(const core_v1::ConfigMap& object, ErrorList& errors) {
  std::size_t bytes = check_data(object.data(), Path("data"), errors);
  bytes += check_data(object.binarydata(), Path("binaryData"), errors);
  for (const auto& [key, value] : object.binarydata()) {
    if (object.data().contains(key)) {
      errors.invalid(Path("data").key(key), key, "duplicate of key present in binaryData");
    }
  }
  if (bytes > kMaxData) errors.too_long(Path(""), kMaxData);
}

void check_fixed_config_map(const core_v1::ConfigMap& object, const core_v1::ConfigMap& old,
                            ErrorList& errors) {
  if (!old.immutable()) return;
  if (!object.immutable()) errors.forbidden(Path("immutable"), kFixed);
  if (!same_data(object.data(), old.data())) errors.forbidden(Path("data"), kFixed);
  if (!same_data(object.binarydata(), old.binarydata())) {
    errors.forbidden(Path("binaryData"), kFixed);
  }
}

void check_config_map_update(const core_v1::ConfigMap& object, const core_v1::ConfigMap& old,
                             ErrorList& errors) {
  check_fixed_config_map(object, old, errors);
  check_config_map(object, errors);
}

// Why the text is no JSON object, in the words of Go; empty if it is one.
std::string not_an_object(std::string_view text) {
  boost::system::error_code error;
  const auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (!error) {
    if (value.is_object() || value.is_null()) return {};
    const char* type = value.is_array()    ? "array"
                       : value.is_string() ? "string"
                       : value.is_bool()   ? "bool"
                                           : "number";
    return std::string("json: cannot unmarshal ") + type +
           " into Go value of type map[string]interface {}";
  }
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "unexpected end of JSON input";
  constexpr std::string_view kBeginnings = "{[\"-0123456789tfn";
  if (kBeginnings.find(text[first]) == std::string_view::npos) {
    return std::string("invalid character '") + text[first] + "' looking for beginning of value";
  }
  return "unexpected end of JSON input";
}

void check_secret_type(const core_v1::Secret& secret, ErrorList& errors) {
  const std::string& type = secret.type();
  const auto require = [&](const char* key) {
    if (!secret.data().contains(key)) errors.required(Path("data").key(key));
  };
  const auto require_json = [&](const char* key) {
    const auto found = secret.data().find(key);
    if (found == secret.data().end()) return errors.required(Path("data").key(key));
    const std::string wrong = not_an_object(found->second);
    if (!wrong.empty()) {
      errors.invalid(Path("data").key(key), "<secret contents redacted>", wrong);
    }
  };
  if (type == "kubernetes.io/service-account-token") {
    constexpr const char* kName = "kubernetes.io/service-account.name";
    const auto found = secret.metadata().annotations().find(kName);
    if (found == secret.metadata().annotations().end() || found->second.empty()) {
      errors.required(Path("metadata").child("annotations").key(kName));
    }
  } else if (type == "kubernetes.io/dockercfg") {
    require_json(".dockercfg");
  } else if (type == "kubernetes.io/dockerconfigjson") {
    require_json(".dockerconfigjson");
  } else if (type == "kubernetes.io/basic-auth") {
    if (!secret.data().contains("username") && !secret.data().contains("password")) {
      require("username");
      require("password");
    }
  } else if (type == "kubernetes.io/ssh-auth") {
    const auto found = secret.data().find("ssh-privatekey");
    if (found == secret.data().end() || found->second.empty()) {
      errors.required(Path("data").key("ssh-privatekey"));
    }
  } else if (type == "kubernetes.io/tls") {
    require("tls.crt");
    require("tls.key");
  }
}

void check_secret(const core_v1::Secret& secret, ErrorList& errors) {
  if (check_data(secret.data(), Path("data"), errors) > kMaxData) {
    errors.too_long(Path("data"), kMaxData);
  }
  check_secret_type(secret, errors);
}

void check_secret_update(const core_v1::Secret& secret, const core_v1::Secret& old,
                         ErrorList& errors) {
  check_immutable(secret.type(), old.type(), Path("type"), errors);
  if (old.immutable()) {
    if (!secret.immutable()) errors.forbidden(Path("immutable"), kFixed);
    if (!same_data(secret.data(), old.data())) errors.forbidden(Path("data"), kFixed);
  }
  check_secret(secret, errors);
}

void check_namespace(const core_v1::Namespace& object, ErrorList& errors) {
  const Path path = Path("spec").child("finalizers");
  for (const std::string& finalizer : object.spec().finalizers())
    check_finalizer_name(finalizer, path, errors);
}

void check_namespace_status(const core_v1::Namespace& object, const core_v1::Namespace& /*old*/,
                            ErrorList& errors) {
  const Path path = Path("status").child("Phase");
  const bool going = object.metadata().has_deletiontimestamp();
  const std::string& phase = object.status().phase();
  if (!going && phase != "Active") {
    errors.invalid(path, phase, "may only be 'Active' if `deletionTimestamp` is empty");
  } else if (going && phase != "Terminating") {
    errors.invalid(path, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
  }
}

void check_finalize(const core_v1::Namespace& object, const core_v1::Namespace& old,
                    ErrorList& errors) {
  check_metadata_update(object.metadata(), old.metadata(), Path("metadata"), errors);
  const Path path = Path("spec").child("finalizers");
  for (int i = 0; i < object.spec().finalizers_size(); ++i)
    check_finalizer_name(object.spec().finalizers(i), path.index(i), errors);
}

constexpr PartCheck kNamespaceParts[] = {
    {"finalize", compare_as<core_v1::Namespace, check_finalize>},
};

void check_node_amounts(const google::protobuf::Map<std::string, Quantity>& amounts,
                        const Path& path, ErrorList& errors) {
  // In an order that does not change.
  const std::map<std::string, Quantity> sorted(amounts.begin(), amounts.end());
  for (const auto& [name, amount] : sorted) check_amount(name, amount, path.key(name), errors);
}

void check_node(const core_v1::Node& node, ErrorList& errors) {
  const Path taints = Path("metadata").child("taints");
  std::set<std::pair<std::string, std::string>> seen;
  for (int i = 0; i < node.spec().taints_size(); ++i) {
    const auto& taint = node.spec().taints(i);
    const Path at = taints.index(static_cast<std::size_t>(i));
    check_label_name(taint.key(), at.child("key"), errors);
    const std::string wrong = join_messages(check_label_value(taint.value()), ";");
    if (!wrong.empty()) errors.invalid(at.child("value"), taint.value(), wrong);
    check_taint_effect(taint.effect(), at.child("effect"), errors);
    if (!seen.emplace(taint.key(), taint.effect()).second) {
      errors.duplicate_json(at, internal_json(taint),
                            "taints must be unique by key and effect pair");
    }
  }
  check_node_amounts(node.status().capacity(), Path("status").child("capacity"), errors);
  check_node_amounts(node.status().allocatable(), Path("status").child("allocatable"), errors);
  const Path cidrs = Path("spec").child("podCIDRs");
  for (int i = 0; i < node.spec().podcidrs_size(); ++i) {
    errors.invalid_each(cidrs.index(static_cast<std::size_t>(i)), node.spec().podcidrs(i),
                        check_cidr(node.spec().podcidrs(i)));
  }
  const auto& ranges = node.spec().podcidrs();
  const auto family = [](const std::string& range) {
    return ip_family(std::string_view(range).substr(0, range.find('/')));
  };
  if (ranges.size() > 2 || (ranges.size() == 2 && family(ranges[0]) == family(ranges[1]))) {
    errors.invalid_json(cidrs, list_json(ranges),
                        "may specify no more than one CIDR for each IP family");
  }
}

void check_node_update(const core_v1::Node& node, const core_v1::Node& old, ErrorList& errors) {
  const auto& addresses = node.status().addresses();
  for (int i = 0; i < addresses.size(); ++i) {
    const auto same = [&](const auto& other) { return equal(other, addresses[i]); };
    if (std::any_of(addresses.begin(), addresses.begin() + i, same)) {
      errors.duplicate_json(Path("status").child("addresses").index(i),
                            internal_json(addresses[i]));
    }
  }
  const auto& ranges = node.spec().podcidrs();
  const auto& before = old.spec().podcidrs();
  const auto fixed = [&] {
    errors.forbidden(Path("spec").child("podCIDRs"),
                     "node updates may not change podCIDR except from \"\" to valid");
  };
  if (!before.empty() && ranges.size() != before.size()) {
    fixed();
  } else {
    for (int i = 0; i < before.size(); ++i)
      if (ranges[i] != before[i]) fixed();
  }
  if (!old.spec().providerid().empty() && node.spec().providerid() != old.spec().providerid()) {
    errors.forbidden(Path("spec").child("providerID"),
                     "node updates may not change providerID except from \"\" to valid");
  }
}

constexpr Validator kValidators[] = {
    // What may not change is said before what is wrong.
    {"k8s.io.api.core.v1.ConfigMap", nullptr,
     compare_as<core_v1::ConfigMap, check_config_map_update>,
     check_as<core_v1::ConfigMap, check_config_map>},
    {"k8s.io.api.core.v1.Secret", nullptr, compare_as<core_v1::Secret, check_secret_update>,
     check_as<core_v1::Secret, check_secret>},
    {"k8s.io.api.core.v1.Namespace", check_as<core_v1::Namespace, check_namespace>, nullptr,
     nullptr, compare_as<core_v1::Namespace, check_namespace_status>, kNamespaceParts},
    {"k8s.io.api.core.v1.Node", check_as<core_v1::Node, check_node>,
     compare_as<core_v1::Node, check_node_update>},
};

}  // namespace

std::span<const Validator> core_validators() { return kValidators; }

}  // namespace kubus::apiserver
