#include "watcher.h"

#include <k8s/core/v1/service.pb.h>
#include <k8s/discovery/v1/endpoint_slice.pb.h>

#include <algorithm>

#include "convert.h"

namespace kubus::proxy_nftables {
namespace {

constexpr Duration kFirstRetry = std::chrono::milliseconds(500);
constexpr Duration kLastRetry = std::chrono::seconds(30);

}  // namespace

Watcher::Watcher(Context& context, std::shared_ptr<Proxy> proxy, WatcherOptions options,
                 Task programmed)
    : context_(context),
      proxy_(std::move(proxy)),
      options_(std::move(options)),
      programmed_(std::move(programmed)),
      services_(context),
      slices_(context) {}

Status Watcher::start() {
  watch_rules();
  const auto synced = [this] {
    if (--unsynced_ == 0) request_sync();
  };
  services_.on_change([this](const auto& old, const auto& now) { on_service(old, now); }, synced);
  slices_.on_change([this](const auto& old, const auto& now) { on_slice(old, now); }, synced);
  return {};
}

void Watcher::stop() {
  stopped_ = true;
  timer_.reset();
  rules_readable_.reset();
}

void Watcher::on_service(const std::shared_ptr<const ServiceObject>& old,
                         const std::shared_ptr<const ServiceObject>& now) {
  auto service = now ? to_service(*now) : std::nullopt;
  if (service)
    proxy_->set_service(std::move(*service));
  else
    proxy_->remove_service(key_of(now ? *now : *old).str());
  request_sync();
}

void Watcher::on_slice(const std::shared_ptr<const SliceObject>& old,
                       const std::shared_ptr<const SliceObject>& now) {
  auto slice = now ? to_slice(*now, options_.node_name) : std::nullopt;
  const std::string id = key_of(now ? *now : *old).str();
  if (slice)
    proxy_->set_slice(id, std::move(*slice));
  else
    proxy_->remove_slice(id);
  request_sync();
}

void Watcher::request_sync() {
  wanted_ = true;
  if (unsynced_ > 0 || running_ || stopped_ || timer_) return;
  sync_in(std::max(options_.min_interval, backoff_));
}

void Watcher::sync_in(Duration delay) {
  timer_ = context_.loop().after(delay, [this] {
    timer_.detach();
    run_sync();
  });
}

void Watcher::run_sync() {
  wanted_ = false;
  running_ = true;
  context_.pool().post([this, proxy = proxy_] {
    context_.loop().post([this, result = proxy->sync()] { finish_sync(result); });
  });
}

void Watcher::finish_sync(const Result<Proxy::Report>& result) {
  running_ = false;
  if (result.ok() && result->superseded) {
    context_.log().info("another instance programs the services now");
    return stop();
  }
  if (result.ok()) {
    backoff_ = Duration{0};
    if (!result->recovered_from.empty())
      context_.log().warn("rules differed from what was expected and were replaced",
                          {{"reason", result->recovered_from}});
    context_.log().debug(
        "services programmed",
        {{"services", result->services}, {"bytes", result->bytes}, {"full", result->full}});
    if (programmed_) std::exchange(programmed_, Task())();
  } else {
    backoff_ = std::clamp(backoff_ * 2, kFirstRetry, kLastRetry);
    wanted_ = true;
    context_.log().error("services could not be programmed; it is tried again",
                         {{"error", result.status().message()}});
  }
  if (wanted_) request_sync();
}

void Watcher::watch_rules() {
  auto watch = RuleWatch::open();
  if (!watch.ok())
    return context_.log().warn("removal of rules by others will go unnoticed",
                               {{"error", watch.status().message()}});
  rules_.emplace(std::move(*watch));
  rules_readable_ = context_.loop().watch_fd(rules_->fd(), Loop::kReadable, [this](std::uint32_t) {
    if (rules_->table_removed()) verify();
  });
}

// Our own replacements are heard of as well: what counts is whether the table is there.
void Watcher::verify() {
  if (unsynced_ > 0 || stopped_) return;
  context_.pool().post([this, proxy = proxy_] {
    if (proxy->tables_present()) return;
    context_.loop().post([this] {
      context_.log().warn("the proxy's table was removed by someone else; restoring it");
      proxy_->distrust();
      request_sync();
    });
  });
}

}  // namespace kubus::proxy_nftables
