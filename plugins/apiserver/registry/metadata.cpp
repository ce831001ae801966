#include "registry/metadata.h"

#include <openssl/rand.h>

#include "cache/storage_key.h"
#include "kubus/api/time.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
// No vowels: no words.
constexpr std::string_view kNameLetters = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::size_t kSuffix = 5;
constexpr std::size_t kLongestGenerated = 63;

// An object that names no namespace goes to the one of the request; one that is in none forgets it.
Status settle_namespace(meta_v1::ObjectMeta& metadata, const std::string& ns) {
  if (metadata.namespace_().empty() || ns.empty()) metadata.set_namespace_(ns);
  if (metadata.namespace_() == ns) return {};
  return errors::bad_request(
      "the namespace of the provided object does not match the namespace sent on the request");
}

Status immutable(const meta_v1::ObjectMeta& metadata, const Call& call, const char* field,
                 const std::string& value) {
  return errors::invalid({call.resource->group, call.resource->kind, metadata.name()},
                         {{"FieldValueInvalid", "Invalid value: " + value + ": field is immutable",
                           std::string("metadata.") + field}});
}

// Who does not speak of the object's end leaves it; who does may not change it.
Status keep_end(meta_v1::ObjectMeta& metadata, const meta_v1::ObjectMeta& old, const Call& call) {
  if (!metadata.has_deletiontimestamp() && old.has_deletiontimestamp())
    *metadata.mutable_deletiontimestamp() = old.deletiontimestamp();
  if (metadata.deletiontimestamp().seconds() != old.deletiontimestamp().seconds())
    return immutable(metadata, call, "deletionTimestamp",
                     '"' + format_time(to_time(metadata.deletiontimestamp())) + '"');
  if (!metadata.has_deletiongraceperiodseconds() && old.has_deletiongraceperiodseconds())
    metadata.set_deletiongraceperiodseconds(old.deletiongraceperiodseconds());
  if (metadata.deletiongraceperiodseconds() != old.deletiongraceperiodseconds())
    return immutable(metadata, call, "deletionGracePeriodSeconds",
                     std::to_string(metadata.deletiongraceperiodseconds()));
  return {};
}

std::string namespace_of(const Call& call) {
  return call.resource->namespaced ? call.info.ns : std::string();
}

}  // namespace

std::string new_uid() {
  unsigned char bytes[16];
  RAND_bytes(bytes, sizeof(bytes));
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string uid;
  uid.reserve(36);
  for (std::size_t i = 0; i < sizeof(bytes); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) uid.push_back('-');
    uid.push_back(kHex[bytes[i] >> 4]);
    uid.push_back(kHex[bytes[i] & 15]);
  }
  return uid;
}

std::string generated_name(const std::string& prefix) {
  unsigned char bytes[kSuffix];
  RAND_bytes(bytes, sizeof(bytes));
  std::string name = prefix.substr(0, kLongestGenerated - kSuffix);
  for (const auto byte : bytes) name.push_back(kNameLetters[byte % kNameLetters.size()]);
  return name;
}

Status prepare_created(meta_v1::ObjectMeta& metadata, const Call& call) {
  KUBUS_TRY(settle_namespace(metadata, namespace_of(call)));
  metadata.clear_uid();
  metadata.clear_creationtimestamp();
  metadata.clear_selflink();
  metadata.clear_deletiontimestamp();
  metadata.clear_deletiongraceperiodseconds();
  return {};
}

void fill_created(meta_v1::ObjectMeta& metadata, bool counts_generations) {
  metadata.set_uid(new_uid());
  set_now(*metadata.mutable_creationtimestamp());
  if (counts_generations) metadata.set_generation(1);
}

Status check_name(const meta_v1::ObjectMeta& metadata, const std::string& name) {
  if (metadata.name().empty())
    return errors::bad_request("the name of the object (" + name +
                               " based on URL) was undeterminable: name must be provided");
  if (metadata.name() != name)
    return errors::bad_request("the name of the object (" + metadata.name() +
                               ") does not match the name on the URL (" + name + ")");
  return {};
}

Status check_place(meta_v1::ObjectMeta& metadata, const Call& call) {
  KUBUS_TRY(settle_namespace(metadata, namespace_of(call)));
  return check_name(metadata, call.info.name);
}

Status check_uid(const meta_v1::ObjectMeta& metadata, const std::string& uid, const Call& call) {
  if (metadata.uid().empty() || metadata.uid() == uid) return {};
  return errors::conflict(
      call.subject(call.info.name),
      "StorageError: invalid object, Code: 4, Key: " + storage_key(*call.resource, call.key()) +
          ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
          metadata.uid() + ", UID in object meta: " + uid);
}

Status prepare_updated(meta_v1::ObjectMeta& metadata, const meta_v1::ObjectMeta& old,
                       const Call& call) {
  KUBUS_TRY(check_name(metadata, old.name()));
  KUBUS_TRY(settle_namespace(metadata, old.namespace_()));
  if (metadata.uid().empty()) metadata.set_uid(old.uid());
  if (metadata.uid() != old.uid())
    return immutable(metadata, call, "uid", '"' + metadata.uid() + '"');
  metadata.clear_selflink();
  *metadata.mutable_creationtimestamp() = old.creationtimestamp();
  metadata.clear_generation();
  if (old.has_generation()) metadata.set_generation(old.generation());
  return keep_end(metadata, old, call);
}

}  // namespace kubus::apiserver
