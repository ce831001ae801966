// Live: the objects as the API server has them now, of any kind, and the few writes that the
// garbage collector makes.
//
// Thread safety: from any thread but the Loop; members wait for the API.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph.h"
#include "kubus/client.h"

namespace kubus::gc {

struct LiveObject {
  Node node;
  std::string resource_version;
  std::vector<std::string> finalizers;
  std::shared_ptr<const Message> object;
};

class Live {
 public:
  explicit Live(Context& context) : client_(ApiClient::of(context)) {}

  Result<LiveObject> get(const Kind& resource, const ObjectKey& key);
  // Only if it is still this version; kConflict otherwise.
  Status remove(const LiveObject& object, std::string_view propagation);
  Status set_finalizers(const LiveObject& object, const std::vector<std::string>& finalizers);
  // Keeps the references that `keep` says yes to, and makes none block when `unblock`.
  Status set_owners(const LiveObject& object, const std::function<bool(const OwnerRef&)>& keep,
                    bool unblock);

 private:
  Status patch(const LiveObject& object, const std::string& field);

  std::shared_ptr<ApiClient> client_;
};

}  // namespace kubus::gc
