// NetworkService: answers the contract `network.v1` with a Network.
//
// Thread safety: serve() and set_network() on the loop; the work is done on the pool.
#pragma once

#include <memory>
#include <string>

#include "kubus/context.h"
#include "kubus/rpc.h"
#include "network.h"

namespace kubus::flannel {

class NetworkService {
 public:
  explicit NetworkService(Context& context) : context_(context) {}

  // Registers the methods. Until set_network(), all but Status fail with kServiceUnavailable.
  Status serve();
  void set_network(std::shared_ptr<Network> network) { network_ = std::move(network); }
  // What Status says while there is no network.
  void set_waiting_for(std::string what) { waiting_for_ = std::move(what); }
  const std::shared_ptr<Network>& network() const { return network_; }

 private:
  template <class Request, class Reply, class Work>
  void add(bus::Service& service, const rpc::Method<Request, Reply>& method, Work work);

  Context& context_;
  std::shared_ptr<Network> network_;
  std::string waiting_for_;
};

}  // namespace kubus::flannel
