// One operation on a resource, and what comes of it, whether it came over HTTP or over the bus.
//
// Thread safety: a Call belongs to one operation, which has it on one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/identity.h"
#include "cache/resource_cache.h"
#include "custom/conversion_memo.h"
#include "kubus/api/resource.h"
#include "kubus/api/types.h"
#include "kubus/bytes.h"
#include "kubus/function.h"
#include "kubus/http/asker.h"
#include "kubus/object.h"
#include "kubus/status.h"
#include "request/media_type.h"
#include "request/query.h"
#include "request/request_info.h"
#include "respond/api_errors.h"

namespace kubus::apiserver {

// One of these rights is needed, and it is still to be asked whether the client has it.
struct DeferredCheck {
  std::vector<RequestInfo> any_of;
  Status refusal;
};

struct Lens;
struct Version;
namespace audit {
struct Record;
}

struct Call {
  RequestInfo info;
  Query query;
  Identity identity;
  http::AskerPtr asker;  // on whose behalf others are asked; null: they do not leave
  const ResourceInfo* resource = nullptr;
  const SubresourceInfo* subresource = nullptr;
  const Lens* lens = nullptr;        // where the subresource shows another kind
  const Version* version = nullptr;  // as the client sees the resource, where it is not stored so
  // Objects that a webhook converts are seen and left as they are stored: nobody is asked.
  bool as_stored = false;
  // What is found out on the way does not change the call.
  mutable ConversionMemo conversions;
  ResourceCache* cache = nullptr;    // null for resources that are not stored
  std::shared_ptr<const void> keep;  // what holds resource and cache, where they may go away
  Format body_format = Format::kJson;
  std::string patch_type;
  Bytes body;
  Accepted accepted;
  Format failure_format = Format::kJson;  // in which errors are told
  std::vector<std::string> warnings;
  // Set where a webhook refuses: what the client is told in place of the status.
  std::shared_ptr<const meta_v1::Status> refusal;
  // Who writes where the request does not name a manager: the program behind it.
  std::string program = "kube-apiserver";
  std::shared_ptr<audit::Record> record;  // null: it is not recorded
  std::vector<DeferredCheck> deferred;  // see auth/deferred.h
  std::shared_ptr<const void> arrival;  // of the object it makes, see registry/arrivals.h
  // Whoever removes has been admitted for another reason, or is the server, which asks nobody.
  bool admitted = false;
  // It is one of those that the deletion of a collection found: others are not told its name.
  bool of_collection = false;
  // Its steps are the workers', see registry/effort.h; and its size says so.
  bool takes_long = false, large = false;
  // The object that was sent has a list of managers, with nobody in it.
  bool clears_managers = false;

  bool dry_run() const { return query.has("dryRun"); }
  // kTimeout when nobody waits for the answer any more: nothing is to come of it then.
  Status still_wanted() const;
  std::string manager() const;
  // The resource in the version that the client speaks of.
  const ResourceInfo& seen_resource() const;
  std::string key() const;
  Subject subject(std::string_view name) const;
  Subject subject() const { return subject(info.name); }
  // The same with the kind in place of the plural, for Invalid.
  Subject kind_subject(std::string_view name) const;
};
using CallPtr = std::shared_ptr<Call>;

class ClusterCache;
// The server's own call on an object of a stored resource.
CallPtr own_call(ClusterCache& cache, const ResourceInfo& resource, std::string ns,
                 std::string name, std::string verb);

// What a delete that left nothing behind reports.
struct Removed {
  std::string name, group, kind, uid;
};

// Exactly one of the four.
struct Answer {
  int code = 200;
  ObjectPtr object;
  std::shared_ptr<const Message> message;  // an object that is not stored
  std::optional<ListResult> list;
  std::optional<Removed> removed;

  static Answer of(ObjectPtr object, int code = 200) {
    Answer answer;
    answer.code = code;
    answer.object = std::move(object);
    return answer;
  }
  static Answer of(std::shared_ptr<const Message> message, int code = 200) {
    Answer answer;
    answer.code = code;
    answer.message = std::move(message);
    return answer;
  }
};

// Runs once; on whatever thread the operation ended.
using Done = UniqueFunction<void(Result<Answer>)>;

}  // namespace kubus::apiserver
