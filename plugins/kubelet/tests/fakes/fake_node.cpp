#include "fake_node.h"

#include <stdexcept>

#include "eventually.h"
#include "kubus/api.pb.h"
#include "kubus/api/protobuf.h"
#include "kubus/api_contract.h"

namespace kubus::kubelet::test {
namespace {

// Each request of the method is kept, to be answered by the test.
template <class Method, class Kept>
void keep(bus::Service& service, const Method& method, Kept& kept) {
  rpc::handle(service, method, [&kept](const bus::Caller&, auto request, auto answer) {
    kept.put(std::move(request), std::move(answer));
  });
}

}  // namespace

FakeNode::FakeNode() {
  auto host = Host::open({.run_dir = dir_.path(), .role = HostRole::kKernel, .id = "kubus"});
  if (!host.ok()) throw std::runtime_error(host.status().to_string());
  host_ = std::move(*host);
  start("api",
        [this](Context& context) { return context.server().serve(api::kService, api_service()); });
  start("runtime", [this](Context& context) {
    return context.server().serve(runtime::kService, runtime_service());
  });
  member_ = &start("kubelet", [](Context&) { return Status(); });
  runtime_ = std::make_unique<NodeRuntime>(member_->context().bus());
}

FakeNode::~FakeNode() {
  stops.clear();
  execs.clear();
  pulls.clear();
  reopens.clear();
  const Status closed = host_->close(std::chrono::seconds(5));
  EXPECT_TRUE(closed.ok()) << closed.to_string();
}

Context& FakeNode::context() { return member_->context(); }

Instance& FakeNode::start(const std::string& id, std::function<Status(Context&)> setup) {
  auto made = host_->make_instance({.id = id, .generation = 1});
  if (!made.ok()) throw std::runtime_error(made.status().to_string());
  Instance& instance = **made;
  instance.start([setup = std::move(setup)](Context& context) { return setup(context); });
  const bool ready = testing::eventually([&] { return instance.state() == InstanceState::kReady; });
  if (!ready) throw std::runtime_error(id + ": " + instance.why().to_string());
  return instance;
}

bus::Service FakeNode::runtime_service() {
  bus::Service service;
  keep(service, runtime::kStopContainer, stops);
  keep(service, runtime::kExecSync, execs);
  keep(service, runtime::kPullImage, pulls);
  keep(service, runtime::kReopenLog, reopens);
  return service;
}

bus::Service FakeNode::api_service() {
  bus::Service service;
  rpc::handle(service, api::kDo,
              [this](const bus::Caller&, const api::Request& request, auto answer) {
                api::Response response;
                core_v1::Event event;
                if (request.verb() != "create" || request.resource().resource() != "events" ||
                    !from_protobuf(request.body(), event).ok())
                  return answer(Status(Code::kMethodNotAllowed, "this API takes events only"));
                events.put(event, {});
                response.set_http_code(201);
                response.set_body(request.body());
                response.set_encoding(request.body_encoding());
                answer(response);
              });
  return service;
}

}  // namespace kubus::kubelet::test
