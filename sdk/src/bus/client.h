// ClientImpl and ServerImpl: a node as plugins see it.
//
// Thread safety: any thread.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "bus/node.h"
#include "kubus/bus.h"

namespace kubus::bus {

class ClientImpl final : public Client {
 public:
  explicit ClientImpl(std::shared_ptr<Node> node) : node_(std::move(node)) {}

  Registration call(std::string_view service, std::string_view method, Bytes body,
                    CallOptions options, ReplyFn done) override;
  Result<Bytes> call_wait(std::string_view service, std::string_view method, Bytes body,
                          CallOptions options) override;
  std::unique_ptr<StreamReader> stream(std::string_view service, std::string_view method,
                                       Bytes body, CallOptions options,
                                       StreamHandler handler) override;
  Registration subscribe(std::string_view topic, EventHandler handler) override;
  void publish(std::string_view topic, Bytes body) override;
  Registration watch_service(std::string_view service, UniqueFunction<void(bool)> changed) override;

 private:
  const std::shared_ptr<Node> node_;
};

class ServerImpl final : public Server {
 public:
  // `announce` is told the names when one is added.
  explicit ServerImpl(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  void on_change(UniqueFunction<void()> changed);

  Status serve(std::string_view name, Service service) override;
  std::vector<std::string> names() const;

 private:
  const std::shared_ptr<Node> node_;
  mutable std::mutex mutex_;
  std::set<std::string> names_;
  std::shared_ptr<UniqueFunction<void()>> changed_;
};

// A request that a registration or a reader cancels.
void cancel_request(const std::weak_ptr<Node>& node, const std::shared_ptr<Request>& request);

// What every instance answers about itself.
Service instance_service(const std::shared_ptr<Node>& node);

}  // namespace kubus::bus
