#include "bus/tracing.h"

#include <chrono>
#include <utility>

#include "core/json_text.h"
#include "kubus/kernel.pb.h"
#include "kubus/rpc.h"

namespace kubus::bus {

void Tracing::add(std::string service, StreamWriter writer) {
  auto ended = std::make_shared<bool>(false);
  writer.on_cancel([ended] { *ended = true; });
  watchers_.push_back({std::move(service), std::move(writer), std::move(ended)});
}

void Tracing::record(bool sent, const std::string& peer, const Header& header, const Bytes& body) {
  std::erase_if(watchers_, [](const Watcher& watcher) { return *watcher.ended; });
  if (std::exchange(recording_, true)) return;
  if (header.type() != Header::STREAM_ITEM && header.type() != Header::STREAM_CREDIT) {
    kernel::TraceItem item;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    item.set_unix_us(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
    item.set_instance(instance_);
    item.set_sent(sent);
    item.set_type(Header::Type_Name(header.type()));
    item.set_peer(core::valid_utf8(peer));
    item.set_service(
        core::valid_utf8(header.service().empty() ? header.topic() : header.service()));
    item.set_method(core::valid_utf8(header.method()));
    item.set_id(header.id());
    item.set_bytes(body.size());
    item.set_code(header.code());
    item.set_trace(core::valid_utf8(header.trace()));
    const Bytes text = rpc::encode(item);
    std::erase_if(watchers_, [&](Watcher& watcher) {
      if (!watcher.service.empty() && watcher.service != item.service()) return false;
      return watcher.writer.writable() && !watcher.writer.write(text);
    });
  }
  recording_ = false;
}

}  // namespace kubus::bus
