#include "cache/object.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <utility>

#include "cache/json_scan.h"
#include "custom/kind.h"
#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"

namespace kubus::apiserver {
namespace {

// Those that stand before resourceVersion in the order of ObjectMeta.
bool precedes_version(std::string_view key) {
  return key == "name" || key == "generateName" || key == "namespace" || key == "selfLink" ||
         key == "uid";
}

std::string_view unquoted(std::string_view value) {
  return value.size() >= 2 ? value.substr(1, value.size() - 2) : std::string_view{};
}

constexpr std::string_view kVersionKey = "\"resourceVersion\":\"";

}  // namespace

Result<ObjectPtr> Object::make(const ResourceInfo& resource, std::string_view stored,
                               std::int64_t revision, bool stale) {
  std::shared_ptr<Object> object(new Object);
  object->stale_ = stale;
  object->resource_ = &resource;
  std::string shown;
  if (const auto* kind = custom_kind(resource)) {
    object->foreign_ = kind->is_foreign(stored);
    if (!object->foreign_) {
      shown = kind->present(stored);
      if (shown != stored) object->stored_ = Bytes::copy(stored);
      stored = shown;
    }
  }
  return splice(std::move(object), stored, revision);
}

Result<ObjectPtr> Object::make_converted(const ResourceInfo& resource, std::string_view text,
                                         std::int64_t revision) {
  std::shared_ptr<Object> object(new Object);
  object->resource_ = &resource;
  return splice(std::move(object), text, revision);
}

Object::~Object() {
  for (auto* version = versions_.load(std::memory_order_relaxed); version;)
    delete std::exchange(version, version->next);
}

Result<ObjectPtr> Object::splice(std::shared_ptr<Object> object, std::string_view stored,
                                 std::int64_t revision) {
  const auto metadata = json_at(stored, "metadata");
  if (metadata.size() < 2 || metadata.front() != '{')
    return Status(Code::kInternalError, "a stored object has no metadata");
  const auto start = static_cast<std::size_t>(metadata.data() - stored.data());
  // Behind the last field that precedes it, or right behind the brace.
  std::size_t at = start + 1;
  MemberScan scan(metadata);
  while (scan.next() && precedes_version(scan.key()))
    at = static_cast<std::size_t>(scan.value().data() - stored.data()) + scan.value().size();
  object->assemble(stored.substr(0, at), stored.substr(at), revision);
  return ObjectPtr(std::move(object));
}

void Object::assemble(std::string_view before, std::string_view after, std::int64_t revision) {
  revision_ = revision;
  const bool first = before.back() == '{';
  std::string json;
  json.reserve(before.size() + after.size() + 48);
  json.append(before);
  version_at_ = static_cast<std::uint32_t>(json.size());
  if (!first) json.push_back(',');
  json.append(kVersionKey).append(std::to_string(revision)).push_back('"');
  if (first && after.front() != '}') json.push_back(',');
  if (revision == 0) json.resize(version_at_);
  version_size_ = static_cast<std::uint32_t>(json.size()) - version_at_;
  json.append(after);
  json_ = Bytes(std::move(json));
  index();
}

void Object::index() {
  const auto metadata = json_at(json_.view(), "metadata");
  metadata_at_ = static_cast<std::uint32_t>(metadata.data() - json_.data());
  metadata_size_ = static_cast<std::uint32_t>(metadata.size());
  MemberScan scan(metadata);
  while (scan.next()) {
    if (scan.key() == "name") name_ = unquoted(scan.value());
    if (scan.key() == "namespace") namespace_ = unquoted(scan.value());
    if (scan.key() == "uid") uid_ = unquoted(scan.value());
    if (scan.key() == "deletionTimestamp") deleting_ = true;
    if (scan.key() != "labels") continue;
    MemberScan labels(scan.value());
    while (labels.next()) labels_.emplace_back(labels.key(), unquoted(labels.value()));
  }
  std::sort(labels_.begin(), labels_.end());
}

ObjectPtr Object::with_revision(std::int64_t revision) const {
  std::shared_ptr<Object> object(new Object);
  object->resource_ = resource_;
  object->stored_ = stored_;
  object->foreign_ = foreign_;
  const auto text = json_.view();
  object->assemble(text.substr(0, version_at_), text.substr(version_at_ + version_size_), revision);
  for (auto* one = versions_.load(std::memory_order_acquire); one; one = one->next)
    object->keep(one->object->with_revision(revision));
  return object;
}

ObjectPtr Object::in(const ResourceInfo& resource) const {
  ObjectPtr found;
  for (auto* one = versions_.load(std::memory_order_acquire); one; one = one->next)
    if (&one->object->resource() == &resource) found = one->object;
  return found;
}

void Object::keep(ObjectPtr converted) const {
  auto* version = new Version{std::move(converted), versions_.load(std::memory_order_relaxed)};
  while (!versions_.compare_exchange_weak(version->next, version, std::memory_order_release,
                                          std::memory_order_relaxed))
    continue;
}

std::string Object::stored() const {
  return stored_.empty() ? unversioned() : stored_.str();
}

std::string Object::unversioned() const {
  const auto text = json_.view();
  std::string out;
  out.reserve(text.size());
  out.append(text.substr(0, version_at_)).append(text.substr(version_at_ + version_size_));
  return out;
}

std::string Object::field(std::string_view path) const {
  if (path == "metadata.name") return std::string(name_);
  if (path == "metadata.namespace") return std::string(namespace_);
  return json_text(json_at(json_.view(), path));
}

std::unique_ptr<google::protobuf::Message> Object::decode() const {
  auto message = new_message(*resource_);
  // What was encoded here can be decoded here.
  (void)from_json(json_.view(), *message).ok();
  return message;
}

const std::shared_ptr<const google::protobuf::Message>& Object::decoded() const {
  std::call_once(decode_once_, [this] { decoded_ = decode(); });
  return decoded_;
}

Bytes Object::protobuf() const {
  std::call_once(encode_once_, [this] {
    protobuf_ = Bytes(to_protobuf(*decode()));
    if (auto envelope = decode_envelope(protobuf_); envelope.ok()) raw_ = envelope->raw;
  });
  return protobuf_;
}

std::string_view Object::raw_protobuf() const {
  (void)protobuf();
  return raw_;
}

}  // namespace kubus::apiserver
