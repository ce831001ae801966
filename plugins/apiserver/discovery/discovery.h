// Discovery: what the API server tells clients about the groups, versions and resources it serves.
//
// Thread safety: immutable; a change of the resources is a new Discovery. The resources passed in
// must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "discovery/rank.h"
#include "kubus/api/resource.h"

namespace kubus::apiserver {

struct DiscoveryDocument {
  std::string body;
  std::string content_type;
  // With its quotes, for the ETag header; the same bytes always have the same tag.
  std::string etag;
};

// The form that a request's Accept header asks for.
enum class DiscoveryForm : std::uint8_t { kLegacy, kAggregatedV2, kAggregatedV2Beta1 };
DiscoveryForm discovery_form(std::string_view accept);

// The tag of a body, as DiscoveryDocument has it.
std::string entity_tag(std::string_view body);

// Whether an If-None-Match field says that the client has the body with this tag: a list of tags,
// which may be weak, or a star.
bool names_tag(std::string_view if_none_match, std::string_view tag);

// What a client that moves stored objects to another version goes by: a hash of the version that
// objects of a resource are stored in, by "plural.group". Resources without one are not stored here.
using StorageHashes = std::map<std::string, std::string, std::less<>>;

// The built-in resources of versions that are not alpha or beta.
std::vector<const ResourceInfo*> stable_resources();

class Discovery {
 public:
  // The built-in resources that are stable. `server_address` is what /api names to clients, as
  // "10.0.0.1:6443".
  explicit Discovery(std::string server_address);
  // These resources, custom ones among them, and what APIServices say about their versions. A
  // version of another server is listed even when nothing is known of its resources.
  Discovery(std::vector<const ResourceInfo*> resources, std::string server_address,
            const ServedVersions& versions = {}, StorageHashes hashes = {});
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  // /api and /apis.
  DiscoveryDocument core(DiscoveryForm form) const;
  DiscoveryDocument groups(DiscoveryForm form) const;
  // /apis/GROUP; nothing for a group that is not served.
  std::optional<DiscoveryDocument> group(std::string_view name) const;
  // /api/v1 and /apis/GROUP/VERSION.
  std::optional<DiscoveryDocument> resources(std::string_view group,
                                             std::string_view version) const;

 private:
  struct Version {
    std::string name;
    std::vector<const ResourceInfo*> resources;
    ServiceRank rank;
    bool current = true;
  };
  struct Group {
    std::string name;
    std::vector<Version> versions;  // the preferred one first
    int rank = 0;                   // the best of its versions
    std::string service;            // of these, the first APIService by name
  };

  Version& place(const std::string& group, const std::string& version);
  void sort();
  static std::string version_json(const Group& group, const Version& version);
  static void append_group(std::string& out, const Group& group);
  static void append_aggregated(std::string& out, const Group& group);
  DiscoveryDocument aggregated(DiscoveryForm form, bool core) const;
  const Group* find(std::string_view name) const;

  std::vector<Group> groups_;         // in the order of aggregated documents
  std::vector<const Group*> legacy_;  // and in that of the others
  std::string server_address_;
  StorageHashes hashes_;
};

// Whether version `a` of a group is preferred to `b`: stable before beta before alpha, then the
// higher number.
bool is_preferred_version(std::string_view a, std::string_view b);

}  // namespace kubus::apiserver
