// NetworkService: answers the contract `network.v1` with a Network.
//
// Thread safety: all members on the loop; the work is done on the pool.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "kubus/context.h"
#include "kubus/network.h"
#include "kubus/rpc.h"
#include "network.h"

namespace kubus::flannel {

class NetworkService {
 public:
  explicit NetworkService(Context& context) : context_(context) {}

  // Registers the methods. Until set_network(), all but the status fail with kServiceUnavailable.
  Status serve();
  void set_network(std::shared_ptr<Network> network);
  // What the status says while there is no network.
  void set_waiting_for(std::string what);
  const std::shared_ptr<Network>& network() const { return network_; }

 private:
  using StatusWriter = rpc::ItemWriter<kubus::network::NetworkStatusResponse>;

  template <class Request, class Reply, class Work>
  void add(bus::Service& service, const rpc::Method<Request, Reply>& method, Work work);

  kubus::network::NetworkStatusResponse status() const;
  void tell_watchers();

  Context& context_;
  std::shared_ptr<Network> network_;
  std::string waiting_for_;
  std::list<StatusWriter> watchers_;
};

}  // namespace kubus::flannel
