// KindCatalog: which kinds are served. Follows the CustomResourceDefinitions in the cache, gives
// each version of an established one its cache, and publishes discovery and OpenAPI anew.
//
// Thread safety: settle() and definitions() on the thread that applies changes to the cache, the
// rest from any thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cache/cluster_cache.h"
#include "custom/conversion.h"
#include "custom/definition.h"
#include "custom/kind.h"
#include "discovery/discovery.h"
#include "openapi/openapi.h"

namespace kubus::apiserver {

// What APIServices say about groups and versions, and which resources other servers have there, as
// they said when they last answered. Null: none is known.
struct ServiceFacts {
  using Kinds = std::shared_ptr<const std::vector<ResourceInfo>>;
  ServedVersions versions;
  std::vector<Kinds> kinds;  // of each of these
  bool operator==(const ServiceFacts&) const = default;
};

// A version that is served, and where its objects are. Of a kind that a webhook converts all
// versions have one cache, with the objects as they are stored.
struct ServedKind {
  std::shared_ptr<ResourceCache> cache;
  std::shared_ptr<const CustomKind> kind;
};
using ServedKindPtr = std::shared_ptr<const ServedKind>;

// What is served at one time. Whoever holds it keeps its kinds alive. Immutable but for its
// descriptions, which are made when somebody asks for them.
struct ServedKinds {
  struct Custom {
    ServedKindPtr served;
    bool terminating = false;
    const CustomKind& kind() const { return *served->kind; }
  };
  std::map<std::string, Custom, std::less<>> custom;  // by "group/version/plural"
  std::vector<const ResourceInfo*> built_in;
  ServiceFacts services;
  std::string server_address, version;

  // Whether a built-in resource is of this group and version.
  bool has_built_in(std::string_view group, std::string_view version) const;
  // Whether the path is beneath a group that has built-in resources, or beneath /api.
  bool is_built_in(std::string_view path) const;
  const Discovery& discovery() const;
  const OpenApi& openapi() const;

 private:
  friend class KindCatalog;
  struct LazyOpenApi {
    std::once_flag once;
    std::unique_ptr<OpenApi> made;
  };

  mutable std::once_flag discovery_once_;
  mutable std::deque<ResourceInfo> terminating_;  // as discovery shows them
  mutable std::unique_ptr<Discovery> discovery_;
  // The same for all that is served one after the other as long as only services change.
  std::shared_ptr<LazyOpenApi> openapi_ = std::make_shared<LazyOpenApi>();
};

struct Definition {
  ObjectPtr object;
  DefinitionFacts facts;
  std::vector<std::shared_ptr<ResourceCache>> caches;  // the first has what is stored
  std::vector<ServedKindPtr> served;
};

class KindCatalog {
 public:
  // `converter` outlives whatever comes from here.
  KindCatalog(ClusterCache& cache, Converter& converter, std::vector<const ResourceInfo*> built_in,
              std::string server_address, std::string version);
  // Called on the applying thread after definitions have changed.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

  // Brings everything up to the present state of the cache.
  void settle();
  // From now on discovery shows these.
  void set_services(ServiceFacts services);
  std::shared_ptr<const ServedKinds> served() const { return std::atomic_load(&served_); }
  // A version that is served; null when there is none.
  ServedKindPtr find(std::string_view group, std::string_view version,
                     std::string_view plural) const;
  bool is_terminating(const ResourceInfo& kind) const;
  std::map<std::string, Definition, std::less<>>& definitions() { return definitions_; }

 private:
  // Whether what is served has changed by it.
  bool refresh(Definition& definition, const ObjectPtr& object);
  // Fills the caches of a definition, from `from` where that is not null.
  void fill(Definition& definition, const boost::json::object& tree, const ResourceCache* from);
  void drop(Definition& definition);
  std::shared_ptr<ServedKinds> collect() const;
  void publish();

  ClusterCache& cache_;
  Converter& converter_;
  ResourceCache& source_;
  const std::vector<const ResourceInfo*> built_in_;
  const std::string server_address_;
  const std::string version_;
  std::function<void()> changed_;
  ServiceFacts services_;
  std::int64_t seen_ = -1;
  std::map<std::string, Definition, std::less<>> definitions_;  // by name
  std::shared_ptr<const ServedKinds> served_;                   // by atomic_load and atomic_store
};

}  // namespace kubus::apiserver
