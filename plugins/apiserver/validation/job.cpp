#include "validation/job.h"

#include <k8s/batch/v1/job.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

#include "validation/checks.h"
#include "validation/pod_spec.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kIndexedOnly = "requires indexed completion mode";
constexpr std::int32_t kMostIndexed = 100'000;
constexpr std::int32_t kMostParallelBeyond = 10'000;
constexpr std::size_t kLongestManager = 63;

std::string at_most(const std::string& most) { return "must be less than or equal to " + most; }

// Very many indexes are followed only if few run and few may fail.
void check_beyond_limit(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  if (spec.completions() <= kMostIndexed || !spec.has_backofflimitperindex()) return;
  const std::string beyond = at_most(std::to_string(kMostParallelBeyond)) +
                             " when completions are above " + std::to_string(kMostIndexed) +
                             " and used with backoff limit per index";
  if (!spec.has_maxfailedindexes()) {
    errors.required(path.child("maxFailedIndexes"),
                    "must be specified when completions is above 100000");
  }
  if (spec.parallelism() > kMostParallelBeyond) {
    errors.invalid(path.child("parallelism"), spec.parallelism(), beyond);
  }
  if (spec.maxfailedindexes() > kMostParallelBeyond) {
    errors.invalid(path.child("maxFailedIndexes"), spec.maxfailedindexes(), beyond);
  }
}

void check_indexed(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.has_completions()) {
    errors.required(path.child("completions"), "when completion mode is Indexed");
  }
  if (spec.parallelism() > kMostIndexed) {
    errors.invalid(path.child("parallelism"), spec.parallelism(),
                   at_most("100000 when completion mode is Indexed"));
  }
  const Path failed = path.child("maxFailedIndexes");
  if (spec.has_completions() && spec.maxfailedindexes() > spec.completions()) {
    errors.invalid(failed, spec.maxfailedindexes(), at_most("completions"));
  }
  if (spec.maxfailedindexes() > kMostIndexed) {
    errors.invalid(failed, spec.maxfailedindexes(), at_most("100000"));
  }
  check_beyond_limit(spec, path, errors);
}

void check_not_indexed(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  if (spec.has_backofflimitperindex()) {
    errors.invalid(path.child("backoffLimitPerIndex"), spec.backofflimitperindex(), kIndexedOnly);
  }
  if (spec.has_maxfailedindexes()) {
    errors.invalid(path.child("maxFailedIndexes"), spec.maxfailedindexes(), kIndexedOnly);
  }
}

void check_mode(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  const std::string& mode = spec.completionmode();
  if (spec.has_completionmode() && mode != "Indexed" && mode != "NonIndexed") {
    errors.not_supported(path.child("completionMode"), mode, {"NonIndexed", "Indexed"});
  }
  if (mode == "Indexed") {
    check_indexed(spec, path, errors);
  } else if (!spec.has_completionmode() || mode == "NonIndexed") {
    check_not_indexed(spec, path, errors);
  }
}

void check_policies(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  if (spec.has_podfailurepolicy()) {
    check_failure_policy(spec, path.child("podFailurePolicy"), errors);
  }
  const Path success = path.child("successPolicy");
  if (spec.has_successpolicy()) {
    if (spec.completionmode() == "Indexed") {
      check_success_policy(spec, success, errors);
    } else {
      errors.invalid_json(success, internal_json(spec.successpolicy()), kIndexedOnly);
    }
  }
  if (!spec.has_podreplacementpolicy()) return;
  const Path replacement = path.child("podReplacementPolicy");
  const std::string& policy = spec.podreplacementpolicy();
  if (spec.has_podfailurepolicy()) {
    if (policy != "Failed") errors.not_supported(replacement, policy, {"Failed"});
  } else if (policy != "Failed" && policy != "TerminatingOrFailed") {
    errors.not_supported(replacement, policy, {"Failed", "TerminatingOrFailed"});
  }
}

void check_manager(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  if (!spec.has_managedby()) return;
  check_domain_path(spec.managedby(), path, errors);
  if (spec.managedby().size() > kLongestManager) errors.too_long(path, kLongestManager);
}

// The labels by which a job finds its pods are made from its uid, unless it brings its own.
void check_generated_selector(const batch_v1::Job& job, ErrorList& errors) {
  if (job.spec().manualselector() || !job.spec().has_selector()) return;
  const std::string& uid = job.metadata().uid();
  if (uid.empty()) errors.required(Path("metadata").child("uid"));
  const auto& labels = job.spec().template_().metadata().labels();
  const Path path = Path("spec").child("template").child("metadata").child("labels");
  const std::pair<const char*, const std::string&> expected[] = {
      {"controller-uid", uid},
      {"job-name", job.metadata().name()},
      {"batch.kubernetes.io/controller-uid", uid},
      {"batch.kubernetes.io/job-name", job.metadata().name()}};
  StringMap generated;
  for (const auto& [key, value] : expected) {
    generated[key] = value;
    const auto found = labels.find(key);
    if (found == labels.end()) {
      errors.required(path.key(key), "must be '" + value + "'");
    } else if (found->second != value) {
      errors.invalid_json(path.key(key), map_json(labels), "must be '" + value + "'");
    }
  }
  if (!selector_matches(job.spec().selector(), generated)) {
    errors.invalid_json(Path("spec").child("selector"), message_json(job.spec().selector()),
                        "`selector` not auto-generated");
  }
}

// The pods of an indexed job are called by its name and their index.
void check_host_names(const batch_v1::Job& job, ErrorList& errors) {
  if (job.spec().completionmode() != "Indexed" || job.spec().completions() <= 0) return;
  const std::string longest =
      job.metadata().name() + "-" + std::to_string(job.spec().completions() - 1);
  if (check_dns1123_label(longest).empty()) return;
  errors.invalid(Path("metadata").child("name"), job.metadata().name(),
                 "will not able to create pod with invalid DNS label: " + longest);
}

void check_job(const batch_v1::Job& job, ErrorList& errors) {
  const Path path("spec");
  check_generated_selector(job, errors);
  check_job_spec(job.spec(), path, errors);
  if (!job.spec().has_selector()) {
    errors.required(path.child("selector"));
  } else {
    check_selector(job.spec().selector(), path.child("selector"), errors);
  }
  const auto& labels = job.spec().template_().metadata().labels();
  if (!job.spec().has_selector() || !selector_matches(job.spec().selector(), labels)) {
    errors.invalid_json(path.child("template").child("metadata").child("labels"), map_json(labels),
                        "`selector` does not match template `labels`");
  }
  check_host_names(job, errors);
}

void check_completions(const batch_v1::JobSpec& now, const batch_v1::JobSpec& before,
                       const Path& path, ErrorList& errors) {
  if (now.has_completions() == before.has_completions() &&
      now.completions() == before.completions()) {
    return;
  }
  const std::string shown = now.has_completions() ? std::to_string(now.completions()) : "null";
  if (now.completionmode() != "Indexed") {
    errors.invalid_json(path, shown, kImmutable);
  } else if (!now.has_completions()) {
    errors.required(path, "cannot be cleared when in Indexed completion mode");
  } else if (now.completions() != now.parallelism()) {
    errors.invalid_json(path, shown, "can only be modified in tandem with spec.parallelism");
  }
}

// To which nodes pods are drawn may change; to which other pods may not.
void keep_node_affinity(core_v1::PodSpec& spec, const core_v1::PodSpec& before) {
  const auto& old = before.affinity();
  if (!spec.has_affinity() && (old.has_podaffinity() || old.has_podantiaffinity())) return;
  auto& affinity = *spec.mutable_affinity();
  affinity.clear_nodeaffinity();
  if (old.has_nodeaffinity()) *affinity.mutable_nodeaffinity() = old.nodeaffinity();
  if (!before.has_affinity() && affinity.ByteSizeLong() == 0) spec.clear_affinity();
}

// The template with what may change set back.
core_v1::PodTemplateSpec without_changes(const batch_v1::JobSpec& now, const batch_v1::Job& old) {
  core_v1::PodTemplateSpec pods = now.template_();
  // Where a suspended job will run may still be changed.
  if (!old.spec().suspend() || old.status().has_starttime()) return pods;
  const auto& before = old.spec().template_();
  auto& spec = *pods.mutable_spec();
  *spec.mutable_nodeselector() = before.spec().nodeselector();
  *spec.mutable_tolerations() = before.spec().tolerations();
  keep_node_affinity(spec, before.spec());
  *spec.mutable_schedulinggates() = before.spec().schedulinggates();
  *pods.mutable_metadata()->mutable_annotations() = before.metadata().annotations();
  *pods.mutable_metadata()->mutable_labels() = before.metadata().labels();
  return pods;
}

void check_job_update(const batch_v1::Job& job, const batch_v1::Job& old, ErrorList& errors) {
  const Path path("spec");
  const auto& now = job.spec();
  const auto& before = old.spec();
  check_completions(now, before, path.child("completions"), errors);
  check_immutable(now.selector(), before.selector(), path.child("selector"), errors);
  if (!equal(without_changes(now, old), before.template_())) {
    errors.invalid_json(path.child("template"), internal_json(now.template_()), kImmutable);
  }
  check_immutable(now.completionmode(), before.completionmode(), path.child("completionMode"),
                  errors);
  const auto fixed = [&](bool has_now, bool had, const google::protobuf::Message& value,
                         const google::protobuf::Message& old_value, const char* name) {
    if (has_now == had && equal(value, old_value)) return;
    errors.invalid_json(path.child(name), has_now ? internal_json(value) : "null", kImmutable);
  };
  fixed(now.has_podfailurepolicy(), before.has_podfailurepolicy(), now.podfailurepolicy(),
        before.podfailurepolicy(), "podFailurePolicy");
  if (now.has_backofflimitperindex() != before.has_backofflimitperindex() ||
      now.backofflimitperindex() != before.backofflimitperindex()) {
    errors.invalid_json(
        path.child("backoffLimitPerIndex"),
        now.has_backofflimitperindex() ? std::to_string(now.backofflimitperindex()) : "null",
        kImmutable);
  }
  check_immutable(now.managedby(), before.managedby(), path.child("managedBy"), errors);
  fixed(now.has_successpolicy(), before.has_successpolicy(), now.successpolicy(),
        before.successpolicy(), "successPolicy");
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.batch.v1.Job", check_as<batch_v1::Job, check_job>,
     compare_as<batch_v1::Job, check_job_update>, nullptr,
     compare_as<batch_v1::Job, check_job_status>},
};

}  // namespace

void check_job_spec(const batch_v1::JobSpec& spec, const Path& path, ErrorList& errors) {
  check_non_negative(spec.parallelism(), path.child("parallelism"), errors);
  check_non_negative(spec.completions(), path.child("completions"), errors);
  check_non_negative(spec.activedeadlineseconds(), path.child("activeDeadlineSeconds"), errors);
  check_non_negative(spec.backofflimit(), path.child("backoffLimit"), errors);
  check_non_negative(spec.ttlsecondsafterfinished(), path.child("ttlSecondsAfterFinished"), errors);
  check_non_negative(spec.backofflimitperindex(), path.child("backoffLimitPerIndex"), errors);
  check_non_negative(spec.maxfailedindexes(), path.child("maxFailedIndexes"), errors);
  if (spec.has_maxfailedindexes() && !spec.has_backofflimitperindex()) {
    errors.required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
  }
  check_manager(spec, path.child("managedBy"), errors);
  check_mode(spec, path, errors);
  check_policies(spec, path, errors);
  const Path at = path.child("template");
  check_pod_template(spec.template_(), at, errors);
  const std::string& policy = spec.template_().spec().restartpolicy();
  const Path restart = at.child("spec").child("restartPolicy");
  if (policy == "Always" || policy.empty()) {
    errors.required(restart, "valid values: \"OnFailure\", \"Never\"");
  } else if (policy != "OnFailure" && policy != "Never") {
    errors.not_supported(restart, policy, {"OnFailure", "Never"});
  } else if (spec.has_podfailurepolicy() && policy != "Never") {
    errors.invalid(restart, policy,
                   "only \"Never\" is supported when podFailurePolicy is specified");
  }
}

std::span<const Validator> job_validators() { return kValidators; }

}  // namespace kubus::apiserver
