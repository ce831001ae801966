// "kubus.instance.v1": what an instance tells about itself.
#include <utility>

#include "bus/client.h"
#include "kubus/kernel.pb.h"
#include "kubus/metrics.h"
#include "kubus/rpc.h"

namespace kubus::bus {
namespace {

kernel::StatsReply collect(Node& node) {
  kernel::StatsReply reply;
  const Counters& counters = node.counters();
  reply.set_id(node.id());
  reply.set_generation(node.generation());
  reply.set_malformed(counters.malformed);
  reply.set_dropped_events(counters.dropped_events);
  reply.set_outstanding(counters.outstanding);
  reply.set_serving(counters.serving);
  for (const auto& [key, count] : node.responses()->counts()) {
    kernel::MethodStats& one = *reply.add_methods();
    one.set_service(count->service);
    one.set_method(count->method);
    one.set_calls(count->calls);
    one.set_errors(count->errors);
    one.set_items(count->items);
    one.set_bytes_in(count->bytes_in);
    one.set_bytes_out(count->bytes_out);
    one.set_total_us(count->total_us);
    one.set_max_us(count->max_us);
  }
  return reply;
}

}  // namespace

Service instance_service(const std::shared_ptr<Node>& shared) {
  Service service;
  const std::weak_ptr<Node> weak = shared;
  service.method("Stats", [weak](const Caller&, Bytes, Responder responder) {
    const auto node = weak.lock();
    if (node && node->responses()) responder.reply(rpc::encode(collect(*node)));
  });
  service.method("Metrics", [](const Caller&, Bytes, Responder responder) {
    kernel::MetricsReply reply;
    reply.set_text(metrics::expose());
    responder.reply(rpc::encode(reply));
  });
  service.stream("Trace", [weak](const Caller&, Bytes body, StreamWriter writer) {
    auto request = rpc::decode<kernel::TraceRequest>(body);
    if (!request.ok()) return writer.finish(request.status());
    if (const auto node = weak.lock()) node->tracing().add(request->service(), std::move(writer));
  });
  return service;
}

}  // namespace kubus::bus
