// One version of one object, encoded: what reads and watches send as it is.
//
// Thread safety: immutable but for its other forms, each of which is made once on first use.
//
// Storage has an object's JSON without a resourceVersion, because that is known only once it is
// written; here it is spliced in. Labels are views into the JSON: their syntax needs no escapes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/api/resource.h"
#include "kubus/bytes.h"
#include "kubus/status.h"
#include "selector/label_selector.h"

namespace kubus::apiserver {

class Object;
using ObjectPtr = std::shared_ptr<const Object>;

class Object {
 public:
  // `stored` is what storage has under a key, `revision` when it was written, 0 for what is not
  // stored and has no resourceVersion; `stale`: it would be
  // sealed otherwise today. kInternalError when it is not an object of ours.
  static Result<ObjectPtr> make(const ResourceInfo& resource, std::string_view stored,
                                std::int64_t revision, bool stale = false);
  // The same of a text that is shown as it is: what a webhook has made of a stored one.
  static Result<ObjectPtr> make_converted(const ResourceInfo& resource, std::string_view text,
                                          std::int64_t revision);
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object();
  // The same object as of another revision: what a watch shows of a deleted one.
  ObjectPtr with_revision(std::int64_t revision) const;

  const ResourceInfo& resource() const { return *resource_; }
  std::int64_t revision() const { return revision_; }
  const Bytes& json() const { return json_; }
  // The JSON without the resourceVersion.
  std::string unversioned() const;
  // What storage has: the same, unless it is shown in another form.
  std::string stored() const;
  // It is stored in another version than that of resource(), and is shown as it is stored.
  bool foreign() const { return foreign_; }
  // This object as `resource` has it, where that is known; else null.
  ObjectPtr in(const ResourceInfo& resource) const;
  // From now on in() knows of it. Of several for one version it is the first that counts.
  void keep(ObjectPtr converted) const;
  std::string_view name() const { return name_; }
  std::string_view ns() const { return namespace_; }
  std::string_view uid() const { return uid_; }
  // The JSON of the metadata.
  std::string_view metadata() const { return json_.view().substr(metadata_at_, metadata_size_); }
  LabelMap labels() const { return labels_; }
  // The value at a path such as "spec.nodeName" as text; empty when absent.
  std::string field(std::string_view path) const;
  bool deleting() const { return deleting_; }
  bool stale() const { return stale_; }

  // The object serialised, without an envelope.
  std::string_view raw_protobuf() const;
  // In its envelope.
  Bytes protobuf() const;
  std::unique_ptr<google::protobuf::Message> decode() const;
  // Decoded once and kept as long as this version: for what is read on the way of many requests.
  const std::shared_ptr<const google::protobuf::Message>& decoded() const;

 private:
  struct Version {
    ObjectPtr object;
    Version* next = nullptr;
  };

  Object() = default;
  static Result<ObjectPtr> splice(std::shared_ptr<Object> object, std::string_view text,
                                  std::int64_t revision);
  void assemble(std::string_view before, std::string_view after, std::int64_t revision);
  void index();

  const ResourceInfo* resource_ = nullptr;
  std::int64_t revision_ = 0;
  Bytes json_;
  Bytes stored_;  // what storage has, where that is another text
  std::uint32_t version_at_ = 0;    // where ,"resourceVersion":"..." begins
  std::uint32_t version_size_ = 0;  // and how long it is
  std::uint32_t metadata_at_ = 0;
  std::uint32_t metadata_size_ = 0;
  bool deleting_ = false;
  bool stale_ = false;
  bool foreign_ = false;
  std::string_view name_, namespace_, uid_;
  std::vector<Label> labels_;

  mutable std::once_flag decode_once_;
  mutable std::shared_ptr<const google::protobuf::Message> decoded_;
  mutable std::once_flag encode_once_;
  mutable Bytes protobuf_;
  mutable std::string_view raw_;
  mutable std::atomic<Version*> versions_{nullptr};  // only ever grows at its front
};

}  // namespace kubus::apiserver
