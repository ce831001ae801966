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
#include "podsecurity/series.h"
#include "validation/validation.h"

namespace kubus::apiserver {
namespace {

using core_v1::Namespace;
using core_v1::Pod;
using core_v1::PodTemplateSpec;
using podsecurity::Asked;
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

// What a pod does against several levels, each of them looked at once.
class PodFindings {
 public:
  PodFindings(const meta_v1::ObjectMeta& metadata, const core_v1::PodSpec& spec)
      : metadata_(metadata), spec_(spec) {}
  const std::vector<podsecurity::Finding>& against(const LevelVersion& level) {
    const auto known = found_.find(level);
    if (known != found_.end()) return known->second;
    return found_.emplace(level, evaluate(level, metadata_, spec_)).first->second;
  }

 private:
  const meta_v1::ObjectMeta& metadata_;
  const core_v1::PodSpec& spec_;
  std::map<LevelVersion, std::vector<podsecurity::Finding>> found_;
};

Asked asked_by(const AdmissionCall& admission) {
  return {admission.updates() ? "update" : "create",
          admission.call.info.resource == "pods" ? "pod" : "controller",
          admission.call.info.subresource};
}

void annotate(const AdmissionCall& admission, const char* name, std::string value) {
  if (const auto& record = admission.call.record)
    record->annotations.set("pod-security.kubernetes.io/" + std::string(name), std::move(value));
}

std::string violation(const char* verb, const LevelVersion& level,
                      const std::vector<podsecurity::Finding>& found) {
  return std::string(verb) + " PodSecurity " + apiserver::quoted(level.to_string()) + ": " +
         details_of(found);
}

class PodSecurity final : public Admission {
 public:
  explicit PodSecurity(const AdmissionContext& context)
      : configured_(context.pod_security),
        namespaces_(*context.cache.find("", "namespaces")),
        pods_(*context.cache.find("", "pods")) {}

  Status validate(const AdmissionCall& admission) override {
    if (admission.deletes()) return {};
    if (admission.is("", "namespaces")) return check_namespace(admission);
    const auto& subresource = admission.call.info.subresource;
    if (admission.is("", "pods") || admission.is("", "pods", "ephemeralcontainers") ||
        admission.is("", "pods", "resize"))
      return check_pod(admission);
    if (!subresource.empty()) return {};
    for (const auto& [group, plural, pods] : kControllers)
      if (admission.is(group, plural)) check_template(admission, pods(*admission.object));
    return {};
  }

 private:
  // By its namespace or by who asks.
  bool is_exempt(const AdmissionCall& admission) const {
    if (configured_.namespaces.count(admission.call.info.ns) > 0)
      return exempt(admission, "namespace");
    return configured_.users.count(admission.call.identity.name) > 0 && exempt(admission, "user");
  }
  bool is_exempt(const core_v1::PodSpec& spec) const {
    return configured_.runtime_classes.count(spec.runtimeclassname()) > 0;
  }
  static bool exempt(const AdmissionCall& admission, const char* why) {
    count_exemption(asked_by(admission));
    annotate(admission, "exempt", why);
    return true;
  }

  Policy policy_for(const std::string& ns, ErrorList& unreadable) const {
    const auto object = namespaces_.get(ns);
    return object ? podsecurity::policy_of(object->labels(), unreadable, configured_.defaults)
                  : configured_.defaults;
  }
  Policy policy_of(const Namespace& ns, ErrorList& errors) const {
    std::vector<Label> labels;
    for (const auto& [key, value] : ns.metadata().labels()) labels.emplace_back(key, value);
    std::sort(labels.begin(), labels.end());
    return podsecurity::policy_of(labels, errors, configured_.defaults);
  }

  Status check_pod(const AdmissionCall& admission) const {
    if (is_exempt(admission)) return {};
    ErrorList unreadable;
    const auto policy = policy_for(admission.call.info.ns, unreadable);
    if (unreadable.empty() && policy.fully_privileged()) {
      count_evaluation(true, policy.enforce, "enforce", asked_by(admission));
      annotate(admission, "enforce-policy", LevelVersion().to_string());
      return {};
    }
    const auto& pod = static_cast<const Pod&>(*admission.object);
    if (admission.updates() && !is_significant(pod, static_cast<const Pod&>(*admission.old)))
      return {};
    return check(admission, policy, unreadable, pod.metadata(), pod.spec(), true);
  }

  void check_template(const AdmissionCall& admission, const PodTemplateSpec& pods) const {
    if (is_exempt(admission)) return;
    ErrorList unreadable;
    const auto policy = policy_for(admission.call.info.ns, unreadable);
    if (unreadable.empty() && policy.audit.level == Level::kPrivileged &&
        policy.warn.level == Level::kPrivileged)
      return;
    static_cast<void>(
        check(admission, policy, unreadable, pods.metadata(), pods.spec(), false));
  }

  // `enforced`: what the policy refuses is refused.
  Status check(const AdmissionCall& admission, const Policy& policy, const ErrorList& unreadable,
               const meta_v1::ObjectMeta& metadata, const core_v1::PodSpec& spec,
               bool enforced) const {
    if (is_exempt(spec)) return exempt(admission, "runtimeClass"), Status();
    const auto asked = asked_by(admission);
    if (!unreadable.empty()) {
      annotate(admission, "error", "Failed to parse policy: " + join_errors(unreadable));
      count_unreadable(asked);
    }
    PodFindings findings(metadata, spec);
    Status refusal;
    if (enforced) {
      annotate(admission, "enforce-policy", policy.enforce.to_string());
      const auto& found = findings.against(policy.enforce);
      if (!found.empty())
        refusal =
            errors::forbidden(admission.subject(), violation("violates", policy.enforce, found));
      count_evaluation(refusal.ok(), policy.enforce, "enforce", asked);
    }
    if (const auto& found = findings.against(policy.audit); !found.empty()) {
      annotate(admission, "audit-violations", violation("would violate", policy.audit, found));
      count_evaluation(false, policy.audit, "audit", asked);
    }
    if (!refusal.ok()) return refusal;
    if (const auto& found = findings.against(policy.warn); !found.empty()) {
      admission.call.warnings.push_back(violation("would violate", policy.warn, found));
      count_evaluation(false, policy.warn, "warn", asked);
    }
    return {};
  }

  // Whoever sets a policy where there is none to be is told so.
  void warn_of_exemption(const AdmissionCall& admission, const std::string& ns,
                         const Policy& policy) const {
    if (policy.fully_privileged() || policy == configured_.defaults) return;
    admission.call.warnings.push_back("namespace " + apiserver::quoted(ns) +
                                      " is exempt from Pod Security, and the policy (" +
                                      policy.to_string() + ") will be ignored");
  }

  Status check_namespace(const AdmissionCall& admission) const {
    const auto& ns = static_cast<const Namespace&>(*admission.object);
    const auto& name = ns.metadata().name();
    const bool is_exempt = configured_.namespaces.count(name) > 0;
    ErrorList errors, old_errors;
    const auto policy = policy_of(ns, errors);
    if (admission.creates()) {
      if (!errors.empty()) return to_status(*admission.call.resource, name, errors);
      if (is_exempt) warn_of_exemption(admission, name, policy);
      return {};
    }
    const auto before = policy_of(static_cast<const Namespace&>(*admission.old), old_errors);
    if (!errors.empty() && join_errors(errors.errors()) != join_errors(old_errors.errors()))
      return to_status(*admission.call.resource, name, errors);
    const bool stricter = policy.enforce != before.enforce &&
                          policy.enforce.level != Level::kPrivileged &&
                          (policy.enforce.minor != before.enforce.minor ||
                           policy.enforce.level > before.enforce.level);
    if (stricter && is_exempt) warn_of_exemption(admission, name, policy);
    if (stricter && !is_exempt) warn_of_pods(admission, name, policy.enforce);
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
      if (is_exempt(pod.spec())) continue;
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

  const podsecurity::Configuration configured_;
  ResourceCache& namespaces_;
  ResourceCache& pods_;
};

}  // namespace

std::unique_ptr<Admission> make_pod_security(const AdmissionContext& context) {
  return std::make_unique<PodSecurity>(context);
}

}  // namespace kubus::apiserver
