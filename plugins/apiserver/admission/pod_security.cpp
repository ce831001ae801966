#include <google/protobuf/message.h>
#include <k8s/apps/v1/daemon_set.pb.h>
#include <k8s/apps/v1/deployment.pb.h>
#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/apps/v1/stateful_set.pb.h>
#include <k8s/batch/v1/cron_job.pb.h>
#include <k8s/batch/v1/job.pb.h>
#include <k8s/core/v1/namespace.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/pod_template.pb.h>
#include <k8s/core/v1/replication_controller.pb.h>

#include <algorithm>
#include <map>

#include "admission/plugins.h"
#include "audit/record.h"
#include "podsecurity/checks.h"
#include "validation/validation.h"

namespace kubus::apiserver {
namespace {

using core_v1::Namespace;
using core_v1::Pod;
using core_v1::PodTemplateSpec;
using podsecurity::Level;
using podsecurity::LevelVersion;
using podsecurity::Policy;

constexpr std::size_t kMostPods = 3000;
constexpr std::string_view kSeccomp = "container.seccomp.security.alpha.kubernetes.io/";

template <class T>
const PodTemplateSpec& template_in(const Message& object) {
  return static_cast<const T&>(object).spec().template_();
}
const PodTemplateSpec& template_in_template(const Message& object) {
  return static_cast<const core_v1::PodTemplate&>(object).template_();
}
const PodTemplateSpec& template_in_cron_job(const Message& object) {
  return static_cast<const batch_v1::CronJob&>(object).spec().jobtemplate().spec().template_();
}

struct Controller {
  std::string_view group, plural;
  const PodTemplateSpec& (*pods)(const Message&);
};
constexpr Controller kControllers[] = {
    {"", "podtemplates", template_in_template},
    {"", "replicationcontrollers", template_in<core_v1::ReplicationController>},
    {"apps", "daemonsets", template_in<apps_v1::DaemonSet>},
    {"apps", "deployments", template_in<apps_v1::Deployment>},
    {"apps", "replicasets", template_in<apps_v1::ReplicaSet>},
    {"apps", "statefulsets", template_in<apps_v1::StatefulSet>},
    {"batch", "cronjobs", template_in_cron_job},
    {"batch", "jobs", template_in<batch_v1::Job>},
};

std::string annotation_of(const Pod& pod, const std::string& key) {
  const auto found = pod.metadata().annotations().find(key);
  return found == pod.metadata().annotations().end() ? std::string() : found->second;
}

// An update that could make a difference.
bool is_significant(const Pod& pod, const Pod& old) {
  std::vector<std::pair<std::string, std::string>> now, before;
  podsecurity::for_each_container(pod.spec(), [&](const auto& container) {
    now.emplace_back(container.name, container.image);
  });
  podsecurity::for_each_container(old.spec(), [&](const auto& container) {
    before.emplace_back(container.name, container.image);
  });
  if (now != before) return true;
  return std::any_of(now.begin(), now.end(), [&](const auto& container) {
    const auto key = std::string(kSeccomp) + container.first;
    return annotation_of(pod, key) != annotation_of(old, key);
  });
}

Policy policy_of(const Namespace& ns, ErrorList& errors) {
  std::vector<Label> labels;
  for (const auto& [key, value] : ns.metadata().labels()) labels.emplace_back(key, value);
  std::sort(labels.begin(), labels.end());
  return podsecurity::policy_of(labels, errors);
}

std::string violation(const char* verb, const LevelVersion& level,
                      const std::vector<podsecurity::Finding>& found) {
  return std::string(verb) + " PodSecurity " + apiserver::quoted(level.to_string()) + ": " +
         details_of(found);
}

class PodSecurity final : public Admission {
 public:
  explicit PodSecurity(ClusterCache& cache)
      : namespaces_(*cache.find("", "namespaces")), pods_(*cache.find("", "pods")) {}

  Status validate(const AdmissionCall& admission) override {
    if (admission.deletes()) return {};
    if (admission.is("", "namespaces")) return check_namespace(admission);
    const auto& subresource = admission.call.info.subresource;
    if (admission.is("", "pods") || admission.is("", "pods", "ephemeralcontainers") ||
        admission.is("", "pods", "resize"))
      return check_pod(admission);
    if (!subresource.empty()) return {};
    for (const auto& [group, plural, pods] : kControllers)
      if (admission.is(group, plural)) warn_of(admission, pods(*admission.object));
    return {};
  }

 private:
  Policy policy_for(const std::string& ns) const {
    ErrorList ignored;
    const auto object = namespaces_.get(ns);
    return object ? podsecurity::policy_of(object->labels(), ignored) : Policy();
  }

  Status check_pod(const AdmissionCall& admission) const {
    const auto policy = policy_for(admission.call.info.ns);
    const auto& pod = static_cast<const Pod&>(*admission.object);
    if (admission.updates() && !is_significant(pod, static_cast<const Pod&>(*admission.old)))
      return {};
    annotate(admission, "enforce-policy", policy.enforce.to_string());
    audit(admission, policy.audit, pod.metadata(), pod.spec());
    const auto found = evaluate(policy.enforce, pod.metadata(), pod.spec());
    if (!found.empty())
      return errors::forbidden(admission.subject(), violation("violates", policy.enforce, found));
    warn(admission, policy.warn, pod.metadata(), pod.spec());
    return {};
  }

  void warn_of(const AdmissionCall& admission, const PodTemplateSpec& pods) const {
    const auto policy = policy_for(admission.call.info.ns);
    audit(admission, policy.audit, pods.metadata(), pods.spec());
    warn(admission, policy.warn, pods.metadata(), pods.spec());
  }

  static void warn(const AdmissionCall& admission, const LevelVersion& level,
                   const meta_v1::ObjectMeta& metadata, const core_v1::PodSpec& spec) {
    const auto found = evaluate(level, metadata, spec);
    if (!found.empty())
      admission.call.warnings.push_back(violation("would violate", level, found));
  }

  static void audit(const AdmissionCall& admission, const LevelVersion& level,
                    const meta_v1::ObjectMeta& metadata, const core_v1::PodSpec& spec) {
    if (!admission.call.record) return;
    const auto found = evaluate(level, metadata, spec);
    if (!found.empty())
      annotate(admission, "audit-violations", violation("would violate", level, found));
  }

  static void annotate(const AdmissionCall& admission, const char* name, std::string value) {
    if (const auto& record = admission.call.record)
      record->annotations.insert_or_assign("pod-security.kubernetes.io/" + std::string(name),
                                           std::move(value));
  }

  Status check_namespace(const AdmissionCall& admission) const {
    const auto& ns = static_cast<const Namespace&>(*admission.object);
    ErrorList errors, old_errors;
    const auto policy = policy_of(ns, errors);
    if (admission.creates())
      return errors.empty() ? Status()
                            : to_status(*admission.call.resource, ns.metadata().name(), errors);
    const auto before = policy_of(static_cast<const Namespace&>(*admission.old), old_errors);
    if (!errors.empty() && join_errors(errors.errors()) != join_errors(old_errors.errors()))
      return to_status(*admission.call.resource, ns.metadata().name(), errors);
    const bool stricter = policy.enforce != before.enforce &&
                          policy.enforce.level != Level::kPrivileged &&
                          (policy.enforce.minor != before.enforce.minor ||
                           policy.enforce.level > before.enforce.level);
    if (stricter) warn_of_pods(admission, ns.metadata().name(), policy.enforce);
    return {};
  }

  // What is there already stays; whoever changes the level is told what could not come back.
  void warn_of_pods(const AdmissionCall& admission, const std::string& ns,
                    const LevelVersion& level) const {
    std::vector<ObjectPtr> pods;
    pods_.for_each(ns, [&](const ObjectPtr& pod) { pods.push_back(pod); });
    const auto checked = std::min(pods.size(), kMostPods);
    std::map<std::string, std::vector<std::string>> broken;  // names by what is wrong
    for (std::size_t i = 0; i < checked; ++i) {
      const auto decoded = pods[i]->decode();
      const auto& pod = static_cast<const Pod&>(*decoded);
      const auto found = evaluate(level, pod.metadata(), pod.spec());
      if (!found.empty()) broken[reasons_of(found)].push_back(pod.metadata().name());
    }
    auto& warnings = admission.call.warnings;
    if (checked < pods.size())
      warnings.push_back("new PodSecurity enforce level only checked against the first " +
                         std::to_string(checked) + " of " + std::to_string(pods.size()) +
                         " existing pods");
    if (broken.empty()) return;
    warnings.push_back("existing pods in namespace " + apiserver::quoted(ns) +
                       " violate the new PodSecurity enforce level " +
                       apiserver::quoted(level.to_string()));
    std::vector<std::string> lines;
    for (const auto& [reasons, names] : broken) {
      auto line = *std::min_element(names.begin(), names.end());
      if (names.size() > 1)
        line += " (and " + std::to_string(names.size() - 1) +
                (names.size() == 2 ? " other pod)" : " other pods)");
      lines.push_back(line + ": " + reasons);
    }
    std::sort(lines.begin(), lines.end());
    warnings.insert(warnings.end(), lines.begin(), lines.end());
  }

  ResourceCache& namespaces_;
  ResourceCache& pods_;
};

}  // namespace

std::unique_ptr<Admission> make_pod_security(const AdmissionContext& context) {
  return std::make_unique<PodSecurity>(context.cache);
}

}  // namespace kubus::apiserver
