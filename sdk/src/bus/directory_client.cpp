#include "bus/directory_client.h"

#include <algorithm>
#include <utility>

#include "bus/limits.h"
#include "kubus/rpc.h"

namespace kubus::bus {
namespace {

constexpr std::chrono::milliseconds kFirstBackoff{100};
constexpr std::chrono::milliseconds kLastBackoff{2000};

}  // namespace

DirectoryClient::DirectoryClient(std::shared_ptr<Node> node, UniqueFunction<void()> joined)
    : node_(std::move(node)), client_(node_), joined_(std::move(joined)), backoff_(kFirstBackoff) {}

void DirectoryClient::start() { open(); }

void DirectoryClient::stop() {
  stopped_ = true;
  retry_.reset();
  watch_.reset();
  connected_ = false;
}

void DirectoryClient::open() {
  if (stopped_) return;
  // A dealer would wait for a socket file in silence.
  if (!node_->process().kernel_answers()) return again();
  StreamHandler handler;
  handler.on_message = [this](Bytes body) { on_change(body); };
  handler.on_end = [this](const Status& status) {
    if (connected_.exchange(false))
      node_->log().warn("the kernel is gone", {{"why", status.to_string()}});
    again();
  };
  watch_ = client_.stream(kDirectoryService, "Watch", {}, {}, std::move(handler));
}

void DirectoryClient::again() {
  if (stopped_) return;
  retry_ = core::add_timer(node_->core_ptr(), backoff_, {}, [this] { open(); });
  backoff_ = std::min(backoff_ * 2, kLastBackoff);
}

void DirectoryClient::on_change(const Bytes& body) {
  auto change = rpc::decode<kernel::Change>(body);
  if (!change.ok()) return node_->malformed(std::string(kKernelId));
  node_->process().routes.apply(*change);
  if (!change->reset()) return;
  backoff_ = kFirstBackoff;
  connected_ = true;
  joined_();
}

}  // namespace kubus::bus
