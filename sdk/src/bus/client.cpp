#include "bus/client.h"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <optional>
#include <random>
#include <utility>

namespace kubus::bus {
namespace {

std::string make_trace() {
  static std::atomic<std::uint64_t> next{std::random_device{}() | std::uint64_t{1} << 63};
  // splitmix64 of a counter: distinct within the process, unlike those of others.
  std::uint64_t x = next.fetch_add(0x9e3779b97f4a7c15ULL, std::memory_order_relaxed);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  x ^= x >> 31;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(x));
  return text;
}

class Reader final : public StreamReader {
 public:
  Reader(const std::shared_ptr<Node>& node, std::shared_ptr<Request> request)
      : node_(node), request_(std::move(request)) {}
  ~Reader() override { cancel_request(node_, request_); }
  void cancel() override { cancel_request(node_, request_); }
  void hold() override { request_->manual_credit = true; }
  void grant(std::uint32_t messages) override {
    if (const auto node = node_.lock()) node->grant(request_, messages);
  }

 private:
  const std::weak_ptr<Node> node_;
  const std::shared_ptr<Request> request_;
};

// What call_wait() blocks on. Whoever drops the callback unused wakes it as well.
struct Waiter {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Result<Bytes>> result;

  void set(Result<Bytes> outcome) {
    const std::lock_guard lock(mutex);
    if (!result) result = std::move(outcome);
    done.notify_all();
  }
};

struct Signal {
  explicit Signal(std::shared_ptr<Waiter> w) : waiter(std::move(w)) {}
  Signal(Signal&&) noexcept = default;
  Signal& operator=(Signal&&) = delete;
  ~Signal() {
    if (waiter) waiter->set(Status(Code::kCancelled, "the plugin that asked is ending"));
  }
  std::shared_ptr<Waiter> waiter;
};

}  // namespace

void cancel_request(const std::weak_ptr<Node>& weak, const std::shared_ptr<Request>& request) {
  const auto node = weak.lock();
  request->slot.cancel(node && node->core().in_loop());
  if (node && !request->over) node->abandon(request);
}

Registration ClientImpl::call(std::string_view service, std::string_view method, Bytes body,
                              CallOptions options, ReplyFn done) {
  if (options.trace.empty()) options.trace = make_trace();
  auto request = std::make_shared<Request>(Request::Kind::kCall, service, method, std::move(body),
                                           std::move(options),
                                           [done = std::move(done)](Delivery delivery) mutable {
                                             if (delivery.status.ok())
                                               done(std::move(delivery.body));
                                             else
                                               done(std::move(delivery.status));
                                           });
  node_->begin(request);
  return Registration([node = std::weak_ptr(node_), request] { cancel_request(node, request); });
}

Result<Bytes> ClientImpl::call_wait(std::string_view service, std::string_view method, Bytes body,
                                    CallOptions options) {
  if (node_->core().in_loop())
    return Status(Code::kInternalError, "call_wait on the loop would wait for itself");
  auto waiter = std::make_shared<Waiter>();
  call(service, method, std::move(body), std::move(options),
       [signal = Signal(waiter)](Result<Bytes> reply) mutable {
         signal.waiter->set(std::move(reply));
       })
      .detach();
  std::unique_lock lock(waiter->mutex);
  waiter->done.wait(lock, [&] { return waiter->result.has_value(); });
  return std::move(*waiter->result);
}

std::unique_ptr<StreamReader> ClientImpl::stream(std::string_view service, std::string_view method,
                                                 Bytes body, CallOptions options,
                                                 StreamHandler handler) {
  if (options.trace.empty()) options.trace = make_trace();
  auto request = std::make_shared<Request>(
      Request::Kind::kStream, service, method, std::move(body), std::move(options),
      [handler = std::move(handler)](Delivery delivery) mutable {
        if (delivery.kind == Delivery::Kind::kItem) {
          if (handler.on_message) handler.on_message(std::move(delivery.body));
        } else if (handler.on_end) {
          handler.on_end(std::move(delivery.status));
        }
      });
  node_->begin(request);
  return std::make_unique<Reader>(node_, std::move(request));
}

Registration ClientImpl::subscribe(std::string_view topic, EventHandler handler) {
  return node_->process().subscribe(node_, topic, std::move(handler));
}

void ClientImpl::publish(std::string_view topic, Bytes body) {
  node_->run([weak = std::weak_ptr(node_), topic = std::string(topic), body = std::move(body)] {
    if (const auto node = weak.lock()) node->publisher().publish(topic, body);
  });
}

Registration ClientImpl::watch_service(std::string_view service,
                                       UniqueFunction<void(bool)> changed) {
  return node_->watch_service(service, std::move(changed));
}

}  // namespace kubus::bus
