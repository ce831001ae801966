#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/pod_template.pb.h>
#include <k8s/core/v1/scheduling.pb.h>
#include <k8s/core/v1/selector.pb.h>
#include <k8s/core/v1/volume.pb.h>
#include <k8s/core/v1/volume_source.pb.h>

#include <algorithm>
#include <limits>

#include "validation/checks.h"
#include "validation/object_diff.h"
#include "validation/pod_spec.h"
#include "validation/pod_states.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

// What tokens a volume holds is that of the account that the pod runs as.
void check_token_sources(const core_v1::PodSpec& spec, ErrorList& errors) {
  if (!spec.serviceaccountname().empty()) return;
  for (int i = 0; i < spec.volumes_size(); ++i) {
    const auto& sources = spec.volumes(i).volumesource().projected().sources();
    for (int j = 0; j < sources.size(); ++j) {
      if (!sources[j].has_serviceaccounttoken()) continue;
      const Path projected = Path("spec").child("volumes").index(i).child("projected");
      errors.forbidden(projected.child("sources").index(j).child("serviceAccountToken"),
                       "must not be specified when serviceAccountName is not set");
    }
  }
}

void check_pod(const core_v1::Pod& pod, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = pod.spec();
  check_pod_annotations(pod.metadata(), spec, Path("metadata").child("annotations"), errors);
  check_pod_spec(spec, &pod.metadata(), path, errors);
  check_token_sources(spec, errors);
  for (int i = 0; i < spec.containers_size(); ++i) {
    check_image_text(spec.containers(i).image(), path.child("containers").index(i), errors);
  }
  for (int i = 0; i < spec.initcontainers_size(); ++i) {
    check_image_text(spec.initcontainers(i).image(), path.child("initContainers").index(i), errors);
  }
}

void check_pod_create(const core_v1::Pod& pod, ErrorList& errors) {
  const Path path("spec");
  if (!pod.spec().ephemeralcontainers().empty()) {
    errors.forbidden(path.child("ephemeralContainers"), "cannot be set on create");
  }
  if (!pod.spec().nodename().empty() && !pod.spec().schedulinggates().empty()) {
    errors.forbidden(path.child("nodeName"),
                     "cannot be set until all schedulingGates have been cleared");
  }
}

template <class Containers>
bool check_same_containers(const Containers& now, const Containers& before, const Path& path,
                           ErrorList& errors) {
  if (now.size() != before.size()) {
    errors.forbidden(path, "pod updates may not add or remove containers");
    return false;
  }
  for (int i = 0; i < now.size(); ++i) {
    if (now[i].image().find_first_not_of(" \t\r\n\v\f") == std::string::npos) {
      errors.required(path.index(static_cast<std::size_t>(i)).child("image"));
    }
  }
  return true;
}

bool check_deadline(const core_v1::PodSpec& now, const core_v1::PodSpec& before,
                    ErrorList& errors) {
  const Path path = Path("spec").child("activeDeadlineSeconds");
  if (!now.has_activedeadlineseconds()) {
    if (before.has_activedeadlineseconds()) {
      errors.invalid_json(path, "null", "must not update from a positive integer to nil value");
    }
    return true;
  }
  constexpr std::int64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (now.activedeadlineseconds() < 0 || now.activedeadlineseconds() > kMax) {
    errors.invalid(path, now.activedeadlineseconds(), range_message(0, kMax));
    return false;
  }
  if (before.has_activedeadlineseconds() &&
      before.activedeadlineseconds() < now.activedeadlineseconds()) {
    errors.invalid(path, now.activedeadlineseconds(),
                   "must be less than or equal to previous value");
    return false;
  }
  return true;
}

void check_only_added_tolerations(const core_v1::PodSpec& now, const core_v1::PodSpec& before,
                                  ErrorList& errors) {
  const Path path = Path("spec").child("tolerations");
  for (const auto& old : before.tolerations()) {
    bool kept = false;
    for (const auto& toleration : now.tolerations()) {
      kept |= toleration.key() == old.key() && toleration.operator_() == old.operator_() &&
              toleration.value() == old.value() && toleration.effect() == old.effect();
    }
    if (!kept) {
      errors.forbidden(path, "existing toleration can not be modified except its tolerationSeconds");
      return;
    }
  }
  for (int i = 0; i < now.tolerations_size(); ++i) {
    check_toleration(now.tolerations(i), path.index(i), errors);
  }
}

void check_only_removed_gates(const core_v1::PodSpec& now, const core_v1::PodSpec& before,
                              ErrorList& errors) {
  for (int i = 0; i < now.schedulinggates_size(); ++i) {
    bool known = false;
    for (const auto& old : before.schedulinggates()) {
      known |= old.name() == now.schedulinggates(i).name();
    }
    if (!known) {
      errors.forbidden(
          Path("spec").child("schedulingGates").index(static_cast<std::size_t>(i)).child("name"),
          "only deletion is allowed, but found new scheduling gate '" +
              now.schedulinggates(i).name() + "'");
    }
  }
}

// The new spec with the fields that may change set back: equal to the old one if nothing else did.
core_v1::PodSpec without_changes(const core_v1::PodSpec& now, const core_v1::PodSpec& before) {
  core_v1::PodSpec out = now;
  for (int i = 0; i < out.containers_size(); ++i) {
    out.mutable_containers(i)->set_image(before.containers(i).image());
  }
  for (int i = 0; i < out.initcontainers_size(); ++i) {
    out.mutable_initcontainers(i)->set_image(before.initcontainers(i).image());
  }
  if (before.has_activedeadlineseconds()) {
    out.set_activedeadlineseconds(before.activedeadlineseconds());
  } else {
    out.clear_activedeadlineseconds();
  }
  *out.mutable_tolerations() = before.tolerations();
  *out.mutable_schedulinggates() = before.schedulinggates();
  if (before.terminationgraceperiodseconds() < 0 && out.terminationgraceperiodseconds() == 1) {
    out.set_terminationgraceperiodseconds(before.terminationgraceperiodseconds());
  }
  // A pod that the scheduler has not seen may be narrowed to fewer nodes.
  if (!before.schedulinggates().empty()) {
    *out.mutable_nodeselector() = before.nodeselector();
    if (before.affinity().has_nodeaffinity()) {
      *out.mutable_affinity()->mutable_nodeaffinity() = before.affinity().nodeaffinity();
    } else if (out.has_affinity()) {
      out.mutable_affinity()->clear_nodeaffinity();
      if (!before.has_affinity() && !out.affinity().has_podaffinity() &&
          !out.affinity().has_podantiaffinity()) {
        out.clear_affinity();
      }
    }
  }
  return out;
}

void check_gated_selector(const core_v1::PodSpec& now, const core_v1::PodSpec& before,
                          ErrorList& errors) {
  if (before.schedulinggates().empty()) return;
  for (const auto& [key, value] : before.nodeselector()) {
    const auto found = now.nodeselector().find(key);
    if (found == now.nodeselector().end() || found->second != value) {
      errors.invalid_json(Path("spec").child("nodeSelector"), map_json(now.nodeselector()),
                          "only additions to spec.nodeSelector are allowed (no mutations or "
                          "deletions)");
      return;
    }
  }
}

// Whether the term asks for all that it asked for, in the same places.
bool only_adds(const core_v1::NodeSelectorTerm& now, const core_v1::NodeSelectorTerm& before) {
  const auto begins_with = [](const auto& items, const auto& old) {
    return items.size() >= old.size() &&
           std::equal(old.begin(), old.end(), items.begin(),
                      [](const auto& a, const auto& b) { return equal(a, b); });
  };
  const auto empty = [](const auto& term) {
    return term.matchexpressions().empty() && term.matchfields().empty();
  };
  // One that is empty matches nothing, so that more in it would match more.
  if (empty(before)) return empty(now);
  return begins_with(now.matchexpressions(), before.matchexpressions()) &&
         begins_with(now.matchfields(), before.matchfields());
}

void check_gated_affinity(const core_v1::PodSpec& now, const core_v1::PodSpec& before,
                          ErrorList& errors) {
  if (before.schedulinggates().empty()) return;
  const auto required = [](const core_v1::PodSpec& spec) -> const auto& {
    return spec.affinity().nodeaffinity().requiredduringschedulingignoredduringexecution();
  };
  const auto& old_terms = required(before).nodeselectorterms();
  const auto& terms = required(now).nodeselectorterms();
  if (old_terms.empty()) return;
  const Path path = Path("spec").child("affinity").child("nodeAffinity");
  const Path list =
      path.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms");
  if (terms.size() != old_terms.size()) {
    std::string json;
    for (const auto& term : terms) json += (json.empty() ? "[" : ",") + internal_json(term);
    errors.invalid_json(list, json.empty() ? "null" : json + "]",
                        "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
    return;
  }
  for (int i = 0; i < terms.size(); ++i) {
    if (only_adds(terms[i], old_terms[i])) continue;
    errors.invalid_json(list.index(i), internal_json(terms[i]),
                        "only additions are allowed (no mutations or deletions)");
  }
}

void check_pod_update(const core_v1::Pod& pod, const core_v1::Pod& old, ErrorList& errors) {
  const core_v1::PodSpec& now = pod.spec();
  const core_v1::PodSpec& before = old.spec();
  const Path path("spec");
  check_pod_annotations_update(pod, old, errors);
  if (!check_same_containers(now.containers(), before.containers(), path.child("containers"),
                             errors) ||
      !check_same_containers(now.initcontainers(), before.initcontainers(),
                             path.child("initContainers"), errors) ||
      !check_deadline(now, before, errors)) {
    return;
  }
  check_only_added_tolerations(now, before, errors);
  check_only_removed_gates(now, before, errors);
  check_gated_selector(now, before, errors);
  check_gated_affinity(now, before, errors);
  const core_v1::PodSpec rest = without_changes(now, before);
  if (equal(rest, before)) return;
  errors.forbidden(path,
                   "pod updates may not change fields other than `spec.containers[*].image`,"
                   "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` "
                   "(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
                   "(allow it to be set to 1 if it was previously negative)\n" +
                       object_diff(internal_json(before), internal_json(rest)));
}

void check_pod_template_object(const core_v1::PodTemplate& object, ErrorList& errors) {
  check_pod_template(object.template_(), Path("template"), errors);
}

constexpr PartCheck kParts[] = {
    {"ephemeralcontainers", compare_as<core_v1::Pod, check_ephemeral_update>},
    {"resize", compare_as<core_v1::Pod, check_resize>},
};

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.Pod", check_as<core_v1::Pod, check_pod>,
     compare_as<core_v1::Pod, check_pod_update>, check_as<core_v1::Pod, check_pod_create>,
     compare_as<core_v1::Pod, check_pod_status>, kParts},
    {"k8s.io.api.core.v1.PodTemplate", check_as<core_v1::PodTemplate, check_pod_template_object>},
};

}  // namespace

std::span<const Validator> pod_validators() { return kValidators; }

}  // namespace kubus::apiserver
