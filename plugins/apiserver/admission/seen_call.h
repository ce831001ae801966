// A call as those see it who want it in one version of its resource.
//
// Thread safety: used by one thread at a time. The call outlives it.
#pragma once

#include <memory>
#include <string>

#include "admission/admission.h"
#include "versions/equivalents.h"

namespace kubus::apiserver {

// What a kind is called where objects are reviewed.
struct KindName {
  std::string group, version, kind;
};

// `object`, which is one of a call's, in the version `from` of its resource, as `to` has it. Where
// a webhook converts: kUnknown, in its words, if it fails; kUnavailable if it has to be asked
// first, and the call's conversions miss that.
Result<std::unique_ptr<Message>> seen_as(const Call& call, const Message& object,
                                         const ResourceInfo& from, const ResourceRef& to);

class SeenCall {
 public:
  // `as` is the version of the call's resource, or an equivalent of it.
  SeenCall(const AdmissionCall& call, ResourceRef as);

  // Why the objects are not known in that version, as seen_as() says it; they are the call's own
  // then.
  const Status& status() const { return status_; }
  const ResourceInfo& resource() const { return *as_; }
  // With its objects in that version. They are those of the call itself where that is the version
  // in which they are written.
  const AdmissionCall& call() const { return call_; }
  bool converted() const { return converted_; }
  // Of the objects as they are seen, and as the client speaks of them.
  KindName kind() const { return name_in(*as_); }
  KindName asked_kind() const { return name_in(call_.call.seen_resource()); }

 private:
  KindName name_in(const ResourceInfo& version) const;
  std::unique_ptr<Message> show(const Message& object);

  ResourceRef as_;
  std::unique_ptr<Message> object_, old_;
  AdmissionCall call_;
  Status status_;
  bool own_ = false;  // the objects are of the resource itself
  bool converted_ = false;
};

}  // namespace kubus::apiserver
