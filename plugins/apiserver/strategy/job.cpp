#include <k8s/batch/v1/job.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>

#include "kubus/api/types.h"
#include "strategy/kinds.h"

namespace kubus::apiserver {
namespace {

// A job finds its pods by labels that no other job has.
void create(Message& object) {
  auto& job = static_cast<batch_v1::Job&>(object);
  if (job.spec().manualselector()) return;
  const auto& uid = job.metadata().uid();
  auto& labels = *job.mutable_spec()->mutable_template_()->mutable_metadata()->mutable_labels();
  // What the client has put there stays: the validation refuses it unless it is the same.
  const auto& name = job.metadata().name();
  labels.insert({"batch.kubernetes.io/controller-uid", uid});
  labels.insert({"controller-uid", uid});
  labels.insert({"batch.kubernetes.io/job-name", name});
  labels.insert({"job-name", name});
  auto& match = *job.mutable_spec()->mutable_selector()->mutable_matchlabels();
  match.insert({"batch.kubernetes.io/controller-uid", uid});
}

}  // namespace

void job_rules(Strategy& strategy) {
  strategy.prepare_create = create;
  strategy.gc_default = GcDefault::kOrphan;
}

}  // namespace kubus::apiserver
