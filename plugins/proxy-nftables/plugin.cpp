#include "kubus/plugin.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "convert.h"
#include "watcher.h"

namespace kubus::proxy_nftables {
namespace {

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  std::string out = name;
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

Result<std::vector<std::string>> read_ranges(const std::vector<std::string>& texts) {
  const auto ranges = disjoint_ranges(texts);
  for (const auto& text : texts)
    if (disjoint_ranges({text}).empty())
      return Status(Code::kInvalid, "cluster_cidrs: \"" + text + "\" is no range of addresses");
  return ranges;
}

class ProxyPlugin : public Plugin {
 public:
  using Plugin::Plugin;

  Status start() override {
    if (geteuid() != 0) return skip("programming nftables needs root");
    const Config config = context().config();
    auto ranges = read_ranges(config.list("cluster_cidrs"));
    if (!ranges.ok()) return ranges.status();
    if (Status usable = Nft().run("list tables"); !usable.ok())
      return skip("nftables does not work here: " + usable.message());
    KUBUS_TRY(context().server().serve("proxy.v1", bus::Service()));
    WatcherOptions options;
    options.node_name = config.string("node_name");
    if (options.node_name.empty()) options.node_name = host_name();
    options.min_interval = config.duration("min_interval");
    proxy_ = std::make_shared<Proxy>(*ranges, context().state_dir() + "/owner");
    watcher_ = std::make_unique<Watcher>(context(), proxy_, std::move(options), [this] {
      context().log().info("service rules are in force");
      ready();
    });
    KUBUS_TRY(watcher_->start());
    return starting();
  }

  // The rules stay in force for the successor, or until the next start.
  void drain() override {
    if (watcher_) watcher_->stop();
    if (!proxy_ || !context().config().boolean("cleanup")) return;
    if (Status status = proxy_->remove_all(); !status.ok())
      context().log().warn("rules could not be removed", {{"error", status.message()}});
  }

 private:
  std::shared_ptr<Proxy> proxy_;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace
}  // namespace kubus::proxy_nftables

KUBUS_PLUGIN(kubus::proxy_nftables::ProxyPlugin)
