#include "validation/pod_warnings.h"

#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/env.pb.h>
#include <k8s/core/v1/persistent_volume_claim.pb.h>
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/core/v1/pod_template.pb.h>
#include <k8s/core/v1/scheduling.pb.h>
#include <k8s/core/v1/security.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/volume.pb.h>
#include <k8s/core/v1/volume_source.pb.h>
#include <k8s/core/v1/volume_vendor.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <map>
#include <set>
#include <string>

#include "kubus/api/quantity.h"
#include "validation/address_warnings.h"

namespace kubus::apiserver {
namespace {

using Warnings = std::vector<std::string>;
using Labels = google::protobuf::Map<std::string, std::string>;
using Amounts = google::protobuf::Map<std::string, Quantity>;

constexpr std::pair<std::string_view, std::string_view> kOldNodeLabels[] = {
    {"beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"},
    {"beta.kubernetes.io/instance-type",
     "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"},
    {"beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"},
    {"failure-domain.beta.kubernetes.io/region",
     "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"},
    {"failure-domain.beta.kubernetes.io/zone",
     "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"},
};

constexpr std::pair<const char*, std::string_view> kOldAnnotations[] = {
    {"scheduler.alpha.kubernetes.io/critical-pod",
     "non-functional in v1.16+; use the \"priorityClassName\" field instead"},
    {"security.alpha.kubernetes.io/sysctls",
     "non-functional in v1.11+; use the \"sysctls\" field instead"},
    {"security.alpha.kubernetes.io/unsafe-sysctls",
     "non-functional in v1.11+; use the \"sysctls\" field instead"},
};

void say(const Path& path, std::string_view text, Warnings& out) {
  if (out.size() < kMostWarnings) out.push_back(path.str() + ": " + std::string(text));
}

void warn_of_fraction(const Quantity& field, const Path& path, Warnings& out) {
  const auto amount = QuantityValue::of(field);
  if (amount.milli_value() % 1000 == 0) return;
  say(path, "fractional byte value " + quoted(amount.to_string()) + " is invalid, must be an integer",
      out);
}

void warn_of_bytes(const Amounts& amounts, const char* name, const Path& path, Warnings& out) {
  const auto found = amounts.find(name);
  if (found != amounts.end()) warn_of_fraction(found->second, path.key(name), out);
}

void warn_of_node_term(const core_v1::NodeSelectorTerm& term, bool values, const Path& path,
                       Warnings& out) {
  for (int i = 0; i < term.matchexpressions_size(); ++i) {
    const auto& item = term.matchexpressions(i);
    const Path at = path.child("matchExpressions").index(i);
    if (const auto text = old_label_text(item.key()); !text.empty())
      say(at.child("key"), item.key() + " is " + std::string(text), out);
    if (!values) continue;
    for (int j = 0; j < item.values_size(); ++j)
      for (const auto& message : check_label_value(item.values(j)))
        say(at.child("values").index(j), item.values(j) + " is invalid, " + message, out);
  }
}

void warn_of_null(const core_v1::PodAffinityTerm& term, const Path& path, Warnings& out) {
  if (!term.has_labelselector())
    say(path.child("labelSelector"), "a null labelSelector results in matching no pod", out);
}

template <class Affinity>
void warn_of_pod_affinity(const Affinity& affinity, const Path& path, Warnings& out) {
  const auto& required = affinity.requiredduringschedulingignoredduringexecution();
  for (int i = 0; i < required.size(); ++i)
    warn_of_null(required[i], path.child("requiredDuringSchedulingIgnoredDuringExecution").index(i),
                 out);
  const auto& preferred = affinity.preferredduringschedulingignoredduringexecution();
  for (int i = 0; i < preferred.size(); ++i)
    warn_of_null(preferred[i].podaffinityterm(),
                 path.child("preferredDuringSchedulingIgnoredDuringExecution")
                     .index(i)
                     .child("podAffinityTerm"),
                 out);
}

void warn_of_nodes(const core_v1::PodSpec& spec, const Path& path, Warnings& out) {
  for (const auto& [key, text] : old_labels_in(spec.nodeselector()))
    say(path.child("nodeSelector").key(key), text, out);
  const auto& nodes = spec.affinity().nodeaffinity();
  const Path affinity = path.child("affinity").child("nodeAffinity");
  warn_of_node_terms(nodes.requiredduringschedulingignoredduringexecution(),
                     affinity.child("requiredDuringSchedulingIgnoredDuringExecution"), out);
  const auto& preferred = nodes.preferredduringschedulingignoredduringexecution();
  for (int i = 0; i < preferred.size(); ++i)
    warn_of_node_term(preferred[i].preference(), true,
                      affinity.child("preferredDuringSchedulingIgnoredDuringExecution")
                          .index(i)
                          .child("preference"),
                      out);
  for (int i = 0; i < spec.topologyspreadconstraints_size(); ++i) {
    const auto& constraint = spec.topologyspreadconstraints(i);
    const Path at = path.child("topologySpreadConstraints").index(i);
    const auto& key = constraint.topologykey();
    if (const auto text = old_label_text(key); !text.empty())
      say(at.child("topologyKey"), key + " is " + std::string(text), out);
    if (!constraint.has_labelselector())
      say(at.child("labelSelector"), "a null labelSelector results in matching no pod", out);
  }
}

void warn_of_volumes(const core_v1::PodSpec& spec, const Path& path, Warnings& out) {
  for (int i = 0; i < spec.volumes_size(); ++i) {
    const auto& source = spec.volumes(i).volumesource();
    const Path at = path.child("volumes").index(i);
    struct Old {
      bool set;
      std::string_view name, text;
    };
    for (const Old& old :
         {Old{source.has_photonpersistentdisk(), "photonPersistentDisk", "non-functional in v1.16+"},
          Old{source.has_gitrepo(), "gitRepo",
              "deprecated in v1.11, and disabled by default in v1.33+"},
          Old{source.has_scaleio(), "scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
          Old{source.has_flocker(), "flocker", "deprecated in v1.22, non-functional in v1.25+"},
          Old{source.has_storageos(), "storageOS", "deprecated in v1.22, non-functional in v1.25+"},
          Old{source.has_quobyte(), "quobyte", "deprecated in v1.22, non-functional in v1.25+"},
          Old{source.has_glusterfs(), "glusterfs",
              "deprecated in v1.25, non-functional in v1.26+"}}) {
      if (old.set) say(at.child(old.name), old.text, out);
    }
    if (source.ephemeral().has_volumeclaimtemplate())
      warn_of_claim_spec(source.ephemeral().volumeclaimtemplate().spec(),
                         at.child("ephemeral").child("volumeClaimTemplate").child("spec"), out);
    for (const Old& old :
         {Old{source.has_cephfs(), "cephfs", "deprecated in v1.28, non-functional in v1.31+"},
          Old{source.has_rbd(), "rbd", "deprecated in v1.28, non-functional in v1.31+"}}) {
      if (old.set) say(at.child(old.name), old.text, out);
    }
  }
  warn_of_overlaps(spec.volumes(), out);
}

void warn_of_duplicates(const core_v1::PodSpec& spec, const Path& path, Warnings& out) {
  std::set<std::string_view> seen;
  for (int i = 0; i < spec.hostaliases_size(); ++i) {
    const auto& ip = spec.hostaliases(i).ip();
    if (!seen.insert(ip).second)
      say(path.child("hostAliases").index(i).child("ip"), "duplicate ip " + quoted(ip), out);
  }
  seen.clear();
  const auto& secrets = spec.imagepullsecrets();
  const Path list = path.child("imagePullSecrets");
  for (int i = 0; i < secrets.size(); ++i)
    if (!seen.insert(secrets[i].name()).second)
      say(list.index(i).child("name"), "duplicate name " + quoted(secrets[i].name()), out);
  for (int i = 0; i < secrets.size(); ++i)
    if (secrets[i].name().empty())
      say(list.index(i).child("name"), "invalid empty name \"\"", out);
}

// A variable may add to one of the same name before.
void warn_of_environment(const core_v1::Container& container, const Path& path, Warnings& out) {
  std::set<std::string_view> seen;
  for (int i = 0; i < container.env_size(); ++i) {
    const auto& variable = container.env(i);
    if (seen.insert(variable.name()).second) continue;
    if (variable.value().find("$(" + variable.name() + ")") != std::string::npos) continue;
    say(path.child("env").index(i),
        "hides previous definition of " + quoted(variable.name()) +
            ", which may be dropped when using apply",
        out);
  }
}

struct Owner {
  const core_v1::PodSpec& spec;
  const Labels& annotations;
  Path path;  // of the annotations
  bool is_template;
};

void warn_of_profiles(const core_v1::Container& container, const Owner& owner, Warnings& out) {
  const auto& context = container.securitycontext();
  const std::string seccomp = "container.seccomp.security.alpha.kubernetes.io/" + container.name();
  if (!context.has_seccompprofile() && owner.annotations.contains(seccomp))
    say(owner.path.key(seccomp),
        "non-functional in v1.27+; use the \"seccompProfile\" field instead", out);
  const std::string armor = "container.apparmor.security.beta.kubernetes.io/" + container.name();
  if (owner.is_template && !context.has_apparmorprofile() &&
      !owner.spec.securitycontext().has_apparmorprofile() && owner.annotations.contains(armor))
    say(owner.path.key(armor), "deprecated since v1.30; use the \"appArmorProfile\" field instead",
        out);
}

void warn_of_container(const core_v1::Container& container, const Owner& owner, const Path& path,
                       Warnings& out) {
  if (!owner.annotations.empty()) warn_of_profiles(container, owner, out);
  const auto& resources = container.resources();
  const Path limits = path.child("resources").child("limits");
  const Path requests = path.child("resources").child("requests");
  for (const char* name : {"memory", "ephemeral-storage"}) {
    warn_of_bytes(resources.limits(), name, limits, out);
    warn_of_bytes(resources.requests(), name, requests, out);
  }
  warn_of_environment(container, path, out);
}

struct TakenPort {
  Path path;
  const core_v1::ContainerPort* port;
};
using TakenPorts = std::map<std::pair<std::int32_t, std::string>, std::vector<TakenPort>>;

std::string_view clash_of(const core_v1::ContainerPort& a, const core_v1::ContainerPort& b) {
  if (a.hostip() == b.hostip() && a.hostport() == b.hostport()) return "duplicate";
  if (a.hostport() == 0 || b.hostport() == 0) return "overlapping";
  if (a.hostport() == b.hostport() && a.hostip().empty() != b.hostip().empty())
    return "dangerously ambiguous";
  return {};
}

void warn_of_ports(const core_v1::Container& container, TakenPorts& taken, const Path& path,
                   Warnings& out) {
  for (int i = 0; i < container.ports_size(); ++i) {
    const auto& port = container.ports(i);
    const Path at = path.child("ports").index(i);
    if (!port.hostip().empty() && port.hostport() == 0)
      say(at,
          "hostIP set without hostPort: {Name:" + port.name() + " HostPort:0 ContainerPort:" +
              std::to_string(port.containerport()) + " Protocol:" + port.protocol() +
              " HostIP:" + port.hostip() + "}",
          out);
    auto& others = taken[{port.containerport(), port.protocol()}];
    for (const auto& other : others)
      if (const auto clash = clash_of(port, *other.port); !clash.empty())
        say(at, std::string(clash) + " port definition with " + other.path.str(), out);
    if (others.size() < kMostCompared) others.push_back({at, &port});
  }
}

template <class Each>
void for_each_container(const core_v1::PodSpec& spec, const Path& path, Each each) {
  for (int i = 0; i < spec.initcontainers_size(); ++i)
    each(spec.initcontainers(i), path.child("initContainers").index(i));
  for (int i = 0; i < spec.containers_size(); ++i)
    each(spec.containers(i), path.child("containers").index(i));
}

void warn_of_old_addresses(const core_v1::PodSpec& spec, const Path& path, Warnings& out) {
  const auto add = [&](const std::string& ip, const Path& at) {
    for (auto& message : ip_warnings(ip, at.str())) out.push_back(std::move(message));
  };
  const auto& servers = spec.dnsconfig().nameservers();
  for (int i = 0; i < servers.size(); ++i)
    add(servers[i], path.child("dnsConfig").child("nameservers").index(i));
  for (int i = 0; i < spec.hostaliases_size(); ++i)
    add(spec.hostaliases(i).ip(), path.child("hostAliases").index(i).child("ip"));
}

void warn_of_all(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta& metadata,
                 const Path& root, bool is_template, Warnings& out) {
  const Path path = root.child("spec");
  const Owner owner{spec, metadata.annotations(), root.child("metadata").child("annotations"),
                    is_template};
  warn_of_nodes(spec, path, out);
  for (const auto& [key, text] : kOldAnnotations)
    if (owner.annotations.contains(key)) say(owner.path.key(key), text, out);
  warn_of_volumes(spec, path, out);
  warn_of_duplicates(spec, path, out);
  for (const char* name : {"memory", "ephemeral-storage"})
    warn_of_bytes(spec.overhead(), name, path.child("overhead"), out);
  constexpr const char* kSeccomp = "seccomp.security.alpha.kubernetes.io/pod";
  if (!spec.securitycontext().has_seccompprofile() && owner.annotations.contains(kSeccomp))
    say(owner.path.key(kSeccomp),
        "non-functional in v1.27+; use the \"seccompProfile\" field instead", out);
  for_each_container(spec, path, [&](const core_v1::Container& container, const Path& at) {
    warn_of_container(container, owner, at, out);
  });
  TakenPorts taken;
  for_each_container(spec, path, [&](const core_v1::Container& container, const Path& at) {
    if (!container.ports().empty()) warn_of_ports(container, taken, at, out);
  });
  if (spec.terminationgraceperiodseconds() < 0)
    say(path.child("terminationGracePeriodSeconds"),
        "must be >= 0; negative values are invalid and will be treated as 1", out);
  const Path affinity = path.child("affinity");
  warn_of_pod_affinity(spec.affinity().podaffinity(), affinity.child("podAffinity"), out);
  warn_of_pod_affinity(spec.affinity().podantiaffinity(), affinity.child("podAntiAffinity"), out);
  warn_of_old_addresses(spec, path, out);
}

}  // namespace

std::string_view old_label_text(std::string_view key) {
  for (const auto& [name, text] : kOldNodeLabels)
    if (name == key) return text;
  return {};
}

std::vector<std::pair<std::string_view, std::string_view>> old_labels_in(const Labels& labels) {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  if (labels.empty()) return out;
  for (const auto& [name, text] : kOldNodeLabels)
    if (labels.contains(std::string(name))) out.emplace_back(name, text);
  return out;
}

void warn_of_node_terms(const core_v1::NodeSelector& selector, const Path& path, Warnings& out) {
  for (int i = 0; i < selector.nodeselectorterms_size(); ++i)
    warn_of_node_term(selector.nodeselectorterms(i), false,
                      path.child("nodeSelectorTerms").index(i), out);
}

void warn_of_pod(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta& metadata, Warnings& out) {
  warn_of_all(spec, metadata, Path(), false, out);
}

void warn_of_template(const core_v1::PodTemplateSpec& pod_template, const Path& path,
                      Warnings& out) {
  warn_of_all(pod_template.spec(), pod_template.metadata(), path, true, out);
}

void warn_of_claim_spec(const core_v1::PersistentVolumeClaimSpec& spec, const Path& path,
                        Warnings& out) {
  warn_of_bytes(spec.resources().requests(), "storage", path.child("resources").child("requests"),
                out);
}

}  // namespace kubus::apiserver
