#include "registry/effort.h"

#include <ctime>
#include <mutex>

#include "custom/kind.h"
#include "fairness/work.h"
#include "registry/write_options.h"

namespace kubus::apiserver {
namespace {

// From these sizes on a call takes a millisecond or more: as it is stored, or written anew.
constexpr std::size_t kLargeObject = 16 * 1024;
constexpr ResourceCache::Extent kLargeList{1'000, 1'000'000};
constexpr ResourceCache::Extent kLargeText{100, 32 * 1024};
constexpr std::size_t kLargeEncoding = 128 * 1024;
constexpr std::size_t kLargeDefinition = 32 * 1024;

constexpr std::chrono::milliseconds kLong{3};
constexpr int kUntilQuick = 100;

// What a small body says may come to much: a value that is copied over and over.
bool may_unfold(const Call& call) {
  if (call.info.verb == "patch" && call.patch_type == kJsonPatch) return true;
  const bool yaml = call.patch_type == kApplyPatch || call.body_format == Format::kYaml;
  return yaml && !call.body.empty() && !call.body.view().starts_with('{');
}

std::size_t stored_size(const Call& call) {
  if (!call.cache || call.info.name.empty()) return 0;
  const auto stored = call.cache->get(call.key());
  return stored ? stored->json().size() : 0;
}

// JSON is sent as it is stored.
bool is_long_get(const Call& call) {
  if (call.accepted.format == Format::kYaml) return stored_size(call) > kLargeObject;
  const auto& accepted = call.accepted;
  const bool as_it_is = accepted.format == Format::kJson && accepted.view == View::kObject;
  return !as_it_is && stored_size(call) > kLargeEncoding;
}

bool is_long_list(const Call& call) {
  if (!call.cache) return false;
  const bool text = call.accepted.format == Format::kYaml || call.accepted.view != View::kObject;
  const auto& most = text ? kLargeText : kLargeList;
  // Where a page begins is not known yet.
  if (call.query.has("continue")) return call.cache->extent().bytes > most.bytes;
  return call.cache->exceeds(most, call.info.ns, fairness::limit_of(call.query));
}

}  // namespace

bool is_large(const Call& call) {
  const auto& verb = call.info.verb;
  if (verb == "watch") return false;
  if (verb == "get") return is_long_get(call);
  if (verb == "list") return is_long_list(call);
  if (call.body.size() > kLargeObject || may_unfold(call)) return true;
  if (verb == "deletecollection") return is_long_list(call);
  const auto* kind = custom_kind(*call.resource);
  if (kind && kind->definition_size() > kLargeDefinition) return true;
  return stored_size(call) > kLargeObject;
}

Efforts::Key Efforts::key(const Call& call) {
  return {call.resource->group_resource(), call.info.subresource, call.info.verb};
}

bool Efforts::takes_long(const Call& call) const {
  if (!any_.load(std::memory_order_acquire)) return false;
  const auto wanted = key(call);
  std::shared_lock lock(mutex_);
  const auto found = left_.find(wanted);
  return found != left_.end() && found->second > 0;
}

void Efforts::note(const Call& call, std::chrono::nanoseconds time) {
  const auto& info = call.info;
  const bool reads = info.verb == "list" || (info.verb == "get" && info.subresource.empty());
  if (call.large || reads) return;
  const bool is_long = time > kLong;
  if (!is_long && !any_.load(std::memory_order_acquire)) return;
  const auto noted = key(call);
  if (!is_long) {
    std::shared_lock lock(mutex_);
    if (const auto found = left_.find(noted); found != left_.end() && found->second > 0)
      --found->second;
    return;
  }
  std::unique_lock lock(mutex_);
  left_[noted] = kUntilQuick;
  any_.store(true, std::memory_order_release);
}

std::chrono::nanoseconds ProcessorTime::now() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace kubus::apiserver
