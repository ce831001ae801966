#include "cache/storage_sync.h"

#include <algorithm>
#include <deque>

#include "cache/storage_key.h"
#include "kubus/rpc.h"
#include "kubus/storage.h"

namespace kubus::apiserver {
namespace {

constexpr int kPage = 1000;
constexpr std::chrono::milliseconds kFirstRetry{20};
constexpr std::chrono::milliseconds kLongestRetry{2000};

}  // namespace

StorageSync::StorageSync(Context& context, ClusterCache& cache, const ValueCodec& codec,
                         Task filled)
    : context_(context), cache_(cache), codec_(codec), filled_(std::move(filled)) {}

void StorageSync::start() {
  service_ = context_.bus().watch_service("storage.v1", [this](bool available) {
    if (available && !busy_) begin();
  });
}

void StorageSync::stop() {
  stopped_ = true;
  following_ = false;
  service_.reset();
  call_.reset();
  retry_.reset();
  if (reader_) reader_->cancel();
  reader_.reset();
}

void StorageSync::begin() {
  if (stopped_) return;
  busy_ = true;
  retry_.reset();
  if (position_ > 0) return follow();
  filling_.emplace(cache_);
  read_page(std::string(kRegistryPrefix), 0);
}

void StorageSync::read_page(std::string from, std::int64_t revision) {
  storage::RangeRequest request;
  request.set_key(std::move(from));
  request.set_range_end(std::string(kRegistryEnd));
  request.set_limit(kPage);
  request.set_revision(revision);
  bus::CallOptions options;
  options.idempotent = true;
  call_ = rpc::call(context_.bus(), storage::kRange, request, options,
                    [this, revision](Result<storage::RangeResponse> page) {
                      if (!page.ok()) {
                        filling_.reset();
                        return again(page.status());
                      }
                      on_page(std::move(*page), revision);
                    });
}

bool StorageSync::open(const storage::KeyValue& kv, ValueCodec::Opened& opened,
                       StoredValue& value) {
  auto result = codec_.open(kv.key(), kv.value());
  if (!result.ok()) {
    // To go on without it would look as if it had been deleted.
    stopped_ = true;
    following_ = false;
    context_.fail(result.status().annotate("a value in storage cannot be read"));
    return false;
  }
  opened = std::move(*result);
  value = {kv.key(), opened.as_is ? std::string_view(kv.value()) : opened.value, kv.mod_revision(),
           opened.stale};
  return true;
}

void StorageSync::on_page(storage::RangeResponse page, std::int64_t revision) {
  if (revision == 0) revision = page.revision();
  for (const auto& kv : page.kvs()) {
    ValueCodec::Opened opened;
    StoredValue value;
    if (!open(kv, opened, value)) return;
    filling_->add(value);
  }
  // The first revision of an empty store is 0, which a cache takes for "not filled".
  if (page.more() && page.kvs_size() > 0)
    return read_page(page.kvs(page.kvs_size() - 1).key() + '\0', revision);
  position_ = std::max<std::int64_t>(revision, 1);
  cache_.reset(std::move(*filling_), position_);
  filling_.reset();
  follow();
  if (filled_) std::exchange(filled_, Task())();
}

void StorageSync::follow() {
  storage::WatchRequest request;
  request.set_key(std::string(kRegistryPrefix));
  request.set_range_end(std::string(kRegistryEnd));
  request.set_start_revision(position_ + 1);
  bus::CallOptions options;
  reader_ = rpc::stream(
      context_.bus(), storage::kWatch, request, options,
      [this](storage::WatchResponse response) { on_changes(response); },
      [this](Status why) {
        // Not from within the reader's own callback: it is replaced there.
        context_.loop().post([this, why = std::move(why)] { again(why); });
      });
}

void StorageSync::on_changes(const storage::WatchResponse& response) {
  if (stopped_) return;
  failures_ = 0;
  following_ = true;
  std::vector<StoredValue> values;
  values.reserve(static_cast<std::size_t>(response.events_size()));
  std::deque<ValueCodec::Opened> opened;
  for (const auto& event : response.events()) {
    const auto& kv = event.kv();
    auto& value = values.emplace_back(StoredValue{kv.key(), {}, kv.mod_revision()});
    if (event.type() != storage::WatchEvent::DELETE && !open(kv, opened.emplace_back(), value))
      return;
  }
  position_ = std::max(position_, response.revision());
  cache_.apply(values, response.revision());
}

void StorageSync::again(const Status& why) {
  if (stopped_) return;
  following_ = false;
  reader_.reset();
  if (why.code() == Code::kExpired) position_ = 0;
  const auto delay = std::min<std::chrono::milliseconds>(
      kFirstRetry * (1 << std::min(failures_++, 10)), kLongestRetry);
  if (failures_ > 3)
    context_.log().warn("storage does not answer; trying again", {{"error", why.to_string()}});
  retry_ = context_.loop().after(delay, [this] { begin(); });
}

}  // namespace kubus::apiserver
