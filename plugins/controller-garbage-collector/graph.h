// Graph: who owns whom among all objects, by uid, and which objects are to be looked at after a
// change.
//
// Thread safety: none; the caller guards it. Nothing here talks to anyone.
//
// The graph only raises suspicions: whether an owner is really gone is for the caller to find out.
#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "kubus/api/resource.h"
#include "kubus/custom_kinds.h"
#include "kubus/object.h"

namespace kubus::gc {

struct OwnerRef {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool block = false;  // blockOwnerDeletion

  bool operator==(const OwnerRef&) const = default;
};

struct Node {
  Kind resource;
  ObjectKey key;
  std::string uid;
  std::vector<OwnerRef> owners;
  bool deleting = false;
  bool foreground = false;  // has the finalizer foregroundDeletion
  bool orphan = false;      // has the finalizer orphan

  bool waits_for_dependents() const { return deleting && foreground; }
  bool orphans_dependents() const { return deleting && orphan; }
};

// The node of an object; `resource` must be its own.
Node node_of(const Kind& resource, const Message& object);

// What a change raised.
struct Raised {
  std::set<std::string> look_at;  // uids
  std::vector<OwnerRef> foreign;  // references of the object to owners in another namespace
};

class Graph {
 public:
  Raised set(Node node);
  Raised remove(const std::string& uid);

  // Null when there is none; valid until the next change.
  const Node* find(const std::string& uid) const;
  // The objects that refer to `uid` as an owner, whether or not that exists.
  std::set<std::string> dependents(const std::string& uid) const;
  // Those of them that keep a foreground deletion waiting.
  std::set<std::string> blocking(const std::string& uid) const;
  // The uids of all objects of a kind.
  std::vector<std::string> of_kind(const Kind& kind) const;
  // Every object that may need work, for the start.
  std::set<std::string> suspects() const;
  std::size_t size() const { return nodes_.size(); }

 private:
  enum class Relation { kAbsent, kForeign, kPresent };
  Relation relation(const Node& dependent, const OwnerRef& ref) const;
  bool is_suspect(const Node& node) const;
  void unlink(const Node& node);

  std::unordered_map<std::string, Node> nodes_;
  std::unordered_map<std::string, std::set<std::string>> dependents_;
};

}  // namespace kubus::gc
