// ApiClient: the Kubernetes API for plugins, over the bus (contract `api.v1`).
//
// Thread safety: all members from any thread but the plugin's Loop: they wait for the reply. They
// belong in Pool tasks and reconcile functions, which run there.
//
// Errors carry Kubernetes' reason as their code (kNotFound, kConflict, kInvalid, ...), its message
// and serialised StatusDetails. Outputs are unchanged on failure. A provider that is being upgraded
// is waited for, within the timeout.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kubus/object.h"
#include "kubus/status.h"

namespace google::protobuf {
class Descriptor;
}

namespace kubus {

class Context;

struct ListOptions {
  std::string ns;  // empty: all namespaces
  std::string label_selector;
  std::string field_selector;
};

enum class Propagation { kDefault, kBackground, kForeground, kOrphan };

struct DeleteOptions {
  std::int64_t grace_period_seconds = -1;  // -1: the kind's default
  Propagation propagation = Propagation::kDefault;
  std::string uid;               // precondition when not empty
  std::string resource_version;  // precondition when not empty
};

enum class PatchType { kJson, kMerge, kStrategicMerge };

class ApiClient {
 public:
  // The context's client, made on first use.
  static std::shared_ptr<ApiClient> of(Context& context);
  virtual ~ApiClient() = default;

  template <class T>
  Result<T> get(const ObjectKey& key) {
    T out;
    if (Status s = read(T::descriptor(), key, "", out); !s.ok()) return s;
    return out;
  }
  template <class T>
  Result<std::vector<T>> list(const ListOptions& options = {}) {
    std::vector<T> out;
    Status s =
        read_list(T::descriptor(), options, [&out]() -> Message& { return out.emplace_back(); });
    if (!s.ok()) return s;
    return out;
  }
  // Each returns the object as stored.
  template <class T>
  Result<T> create(const T& object) {
    T out;
    if (Status s = write("create", object, "", out); !s.ok()) return s;
    return out;
  }
  template <class T>
  Result<T> update(const T& object) {
    T out;
    if (Status s = write("update", object, "", out); !s.ok()) return s;
    return out;
  }
  template <class T>
  Result<T> update_status(const T& object) {
    T out;
    if (Status s = write("update", object, "status", out); !s.ok()) return s;
    return out;
  }
  template <class T>
  Result<T> patch(const ObjectKey& key, PatchType type, std::string_view body,
                  std::string_view subresource = "") {
    T out;
    if (Status s = patch_raw(T::descriptor(), key, type, body, subresource, out); !s.ok()) return s;
    return out;
  }
  // NotFound is an error here too: callers that only want it gone ignore that code.
  template <class T>
  Status remove(const ObjectKey& key, const DeleteOptions& options = {}) {
    return remove_raw(T::descriptor(), key, options);
  }
  // Posts `body` to a subresource (binding, eviction, token); the reply is read into `out`.
  template <class T>
  Status post(const ObjectKey& key, std::string_view subresource, const Message& body,
              Message& out) {
    return post_raw(T::descriptor(), key, subresource, body, out);
  }

  // The newest resourceVersion this client wrote of the kind; 0 when none. A reconcile function
  // does not run on caches older than this, so a controller sees its own writes.
  virtual std::int64_t last_written(const google::protobuf::Descriptor* kind) const = 0;

  // Any path of the HTTP API that the bus contract can express, as encoded JSON.
  struct RawRequest {
    std::string verb, group, version, resource, ns, name, subresource;
    std::vector<std::pair<std::string, std::string>> query;
    std::string body;        // JSON
    std::string patch_type;  // media type for verb "patch"
  };
  virtual Result<std::string> raw(const RawRequest& request) = 0;

 protected:
  virtual Status read(const google::protobuf::Descriptor* kind, const ObjectKey& key,
                      std::string_view subresource, Message& out) = 0;
  virtual Status read_list(const google::protobuf::Descriptor* kind, const ListOptions& options,
                           const std::function<Message&()>& next) = 0;
  virtual Status write(std::string_view verb, const Message& object, std::string_view subresource,
                       Message& out) = 0;
  virtual Status patch_raw(const google::protobuf::Descriptor* kind, const ObjectKey& key,
                           PatchType type, std::string_view body, std::string_view subresource,
                           Message& out) = 0;
  virtual Status remove_raw(const google::protobuf::Descriptor* kind, const ObjectKey& key,
                            const DeleteOptions& options) = 0;
  virtual Status post_raw(const google::protobuf::Descriptor* kind, const ObjectKey& key,
                          std::string_view subresource, const Message& body, Message& out) = 0;
};

}  // namespace kubus
