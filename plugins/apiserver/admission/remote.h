// Admission that asks other servers, and so takes its time. The registry goes on when they have
// answered, with what they have made of the object.
//
// Thread safety: all members from any thread. Answers arrive on the plugin's loop.
#pragma once

#include "admission/admission.h"
#include "kubus/function.h"

namespace kubus::apiserver {

class RemoteAdmission {
 public:
  // A call under review; all of it lives until the answer.
  struct Review {
    CallPtr call;
    AdmissionCall::Operation operation;
    std::unique_ptr<Message>* object = nullptr;  // may be replaced; null for a deletion
    const Message* old = nullptr;

    AdmissionCall as_call() const {
      return {*call, operation, object ? object->get() : nullptr, old};
    }
  };
  using Done = UniqueFunction<void(Status)>;

  virtual ~RemoteAdmission() = default;
  // Whether somebody wants to be asked about such calls. When not, the call goes on at once.
  virtual bool mutates(const AdmissionCall& call) = 0;
  virtual bool validates(const AdmissionCall& call) = 0;
  // `again` lets the server's own plugins see an object that others have changed.
  virtual void mutate(Review review, UniqueFunction<Status()> again, Done done) = 0;
  virtual void validate(Review review, Done done) = 0;
};

}  // namespace kubus::apiserver
