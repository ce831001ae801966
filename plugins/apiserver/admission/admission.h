// Admission: the last word on an object before it is written, in a list of small plugins. First
// each may change the object; then, when it has been found valid, each may still refuse it.
//
// Thread safety: all members from any thread at once.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "registry/call.h"

namespace kubus::apiserver {

struct AdmissionCall {
  // Warnings may be added to it.
  Call& call;
  enum class Operation { kCreate, kUpdate, kDelete, kConnect } operation;
  Message* object = nullptr;     // null for a deletion; the options of a connection
  const Message* old = nullptr;  // null for a creation

  bool creates() const { return operation == Operation::kCreate; }
  bool updates() const { return operation == Operation::kUpdate; }
  bool deletes() const { return operation == Operation::kDelete; }
  bool connects() const { return operation == Operation::kConnect; }
  // Whether the call is about that resource, and that part of it.
  bool is(std::string_view group, std::string_view plural, std::string_view subresource = {}) const;
  // What messages call the object, by what its name begins with while that is to be generated.
  Subject subject() const;
  // As others are told of it: empty while the name is still to be generated; a namespace is in
  // itself.
  std::string name() const;
  std::string ns() const;
};

class Admission {
 public:
  virtual ~Admission() = default;
  // May change the object, or refuse the call at once.
  virtual Status admit(const AdmissionCall&) { return {}; }
  // Whether it has anything to do with connections to pods, nodes and services.
  virtual bool sees_connections() const { return false; }
  // Whether what it just refused for want of something is likely to pass in a moment: the call is
  // tried again for a second.
  virtual bool may_pass_soon(const AdmissionCall&) { return false; }
  // May refuse the call.
  virtual Status validate(const AdmissionCall&) { return {}; }
};
using Admissions = std::vector<std::unique_ptr<Admission>>;

// `soon`, when given: what may_pass_soon() of the one that refuses says.
Status admit(const Admissions& admissions, const AdmissionCall& call, bool* soon = nullptr);
Status validate(const Admissions& admissions, const AdmissionCall& call);

}  // namespace kubus::apiserver
