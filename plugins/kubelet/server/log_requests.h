// /containerLogs: logs, also while they are being written.
//
// Thread safety: all members from any thread. Work that blocks is done on the pool.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "../logs/container_ends.h"
#include "../logs/log_stream.h"
#include "kubus/directory_watch.h"
#include "route.h"

namespace kubus::kubelet {

class LogRequests {
 public:
  // `ends` outlives it.
  LogRequests(const ServerParts& parts, ContainerEnds& ends)
      : parts_(parts), ends_(ends), watch_(parts.loop) {}
  void serve(ServerRequest request);

 private:
  struct Open {
    std::shared_ptr<LogStream> stream;
    DirectoryWatch::Id watch = 0;
    ContainerEnds::Id ends = 0;
  };
  void begin(const std::shared_ptr<http::Exchange>& exchange, const PodPtr& pod,
             const std::string& name, const LogOptions& options);
  static std::shared_ptr<http::BodyStream> open_body(http::Exchange& exchange);
  void send(const std::shared_ptr<http::Exchange>& exchange, const runtime::Container& container,
            LogFile file, const LogOptions& options);
  Status follow(const std::shared_ptr<LogStream>& stream, const runtime::Container& container,
                Open& open);
  void check_ended(const std::weak_ptr<LogStream>& stream, const std::string& container);
  void forget(std::uint64_t id);

  const ServerParts parts_;
  ContainerEnds& ends_;
  DirectoryWatch watch_;
  std::mutex mutex_;
  std::map<std::uint64_t, Open> open_;
  std::uint64_t last_id_ = 0;
};

}  // namespace kubus::kubelet
