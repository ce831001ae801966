// Nft: runs rule text in the kernel through libnftables. Each run is one transaction: all of it
// takes effect at one moment, or nothing does.
//
// Thread safety: all members from any thread; runs are serialised. It acts on the network namespace
// of the thread that made it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "kubus/status.h"

struct nft_ctx;

namespace kubus {

class Nft {
 public:
  Nft();
  // kNotFound when something that was to be deleted is absent; else kInternalError, with the
  // library's words.
  Status run(const std::string& text);
  // The JSON that a "list ..." command prints.
  Result<std::string> list(const std::string& command);

 private:
  Status run_locked(const std::string& text);
  struct Free {
    void operator()(nft_ctx* context) const;
  };
  std::mutex mutex_;
  std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace kubus
