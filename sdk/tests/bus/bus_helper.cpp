// The other process of the bus tests: a host with one echo instance, until standard input closes.
//   bus_helper RUN_DIR ID GENERATION
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "kubus/host.h"

namespace {

kubus::Status serve(kubus::Context& context) {
  kubus::bus::Service service;
  service.method("Echo", [](const kubus::bus::Caller&, kubus::Bytes body,
                            kubus::bus::Responder responder) { responder.reply(std::move(body)); });
  service.method(
      "Hang", [](const kubus::bus::Caller&, const kubus::Bytes&, kubus::bus::Responder responder) {
        auto kept = std::make_shared<kubus::bus::Responder>(std::move(responder));
        kept->on_cancel([kept] {});
      });
  service.method(
      "Pid", [](const kubus::bus::Caller&, const kubus::Bytes&, kubus::bus::Responder responder) {
        responder.reply(kubus::Bytes(std::to_string(::getpid())));
      });
  service.stream(
      "Idle", [](const kubus::bus::Caller&, const kubus::Bytes&, kubus::bus::StreamWriter writer) {
        auto kept = std::make_shared<kubus::bus::StreamWriter>(std::move(writer));
        kept->write(kubus::Bytes::copy("open"));
        kept->on_cancel([kept] {});
      });
  context.bus().publish("helper.up", {});
  context.loop()
      .every(std::chrono::milliseconds(5), [&context] { context.bus().publish("helper.tick", {}); })
      .detach();
  return context.server().serve("remote.v1", std::move(service));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string id = argv[2];
  const std::uint64_t generation = std::strtoull(argv[3], nullptr, 10);
  auto host = kubus::Host::open({.run_dir = argv[1],
                                 .role = kubus::HostRole::kHost,
                                 .id = "host-" + id,
                                 .generation = generation});
  if (!host.ok()) {
    std::fprintf(stderr, "%s\n", host.status().to_string().c_str());
    return 1;
  }
  auto made = (*host)->make_instance({.id = id, .generation = generation});
  if (!made.ok()) return 1;
  (*made)->start(&serve);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return (*host)->close(std::chrono::seconds(5)).ok() ? 0 : 1;
}
