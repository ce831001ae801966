// Admission: the last word on an object before it is written, in a list of small plugins. Each may
// change the object or refuse it.
//
// Thread safety: admit() from any thread at once.
#pragma once

#include <memory>
#include <vector>

#include "cache/cluster_cache.h"
#include "registry/call.h"

namespace kubus::apiserver {

struct AdmissionCall {
  const Call& call;
  enum class Operation { kCreate, kUpdate, kDelete } operation;
  Message* object = nullptr;     // null for a deletion
  const Message* old = nullptr;  // null for a creation
};

class Admission {
 public:
  virtual ~Admission() = default;
  virtual Status admit(const AdmissionCall& call) = 0;
  // Whether what it just refused for want of something is likely to pass in a moment: the call is
  // tried again for a second.
  virtual bool may_pass_soon(const AdmissionCall&) { return false; }
};
using Admissions = std::vector<std::unique_ptr<Admission>>;

// `soon`, when given: what may_pass_soon() of the one that refuses says.
Status admit(const Admissions& admissions, const AdmissionCall& call, bool* soon = nullptr);

// Nothing is made in a namespace that is missing or on its way out, and the first ones stay.
std::unique_ptr<Admission> make_namespace_lifecycle(ClusterCache& cache);
// Turns a pod's priority class into its priority.
std::unique_ptr<Admission> make_priority(ClusterCache& cache);
// Pods run as a service account that exists, "default" unless they say otherwise, and have a token
// of it mounted.
std::unique_ptr<Admission> make_service_account(ClusterCache& cache);
// Pods stay for five minutes on a node that is not ready or not reachable.
std::unique_ptr<Admission> make_default_tolerations();
// A new node takes no pods before it is ready.
std::unique_ptr<Admission> make_node_taint();

}  // namespace kubus::apiserver
