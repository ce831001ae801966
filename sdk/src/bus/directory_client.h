// DirectoryClient: how a process that is not the kernel's follows the directory. When the kernel
// goes it keeps what it knew, asks again until one answers, and says hello to it.
//
// Thread safety: none; on the loop of the process's own node. connected() from any thread.
#pragma once

#include <atomic>
#include <memory>

#include "bus/client.h"
#include "kubus/kernel.pb.h"

namespace kubus::bus {

class DirectoryClient {
 public:
  // `joined` runs each time a kernel has told its table.
  DirectoryClient(std::shared_ptr<Node> node, UniqueFunction<void()> joined);

  void start();
  void stop();
  bool connected() const { return connected_; }

 private:
  void open();
  void again();
  void on_change(const Bytes& body);

  const std::shared_ptr<Node> node_;
  ClientImpl client_;
  UniqueFunction<void()> joined_;
  std::atomic<bool> connected_{false};
  bool stopped_ = false;
  std::chrono::milliseconds backoff_;
  std::unique_ptr<StreamReader> watch_;
  Registration retry_;
};

}  // namespace kubus::bus
