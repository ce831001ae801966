#include "kubus/plugin.h"

#include <k8s/core/v1/node.pb.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <utility>

#include "kubus/client.h"
#include "kubus/informer.h"
#include "service.h"

namespace kubus::flannel {
namespace {

using Node = k8s::io::api::core::v1::Node;

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  std::string out = name;
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// The settings but the pods' range.
Result<NetworkSettings> read_settings(const Config& config, const std::string& state_dir) {
  NetworkSettings settings;
  settings.bridge = config.string("bridge");
  settings.masquerade = config.boolean("masquerade");
  settings.lease_file = state_dir + "/leases";
  const auto mtu = config.integer("mtu");
  if (mtu != 0 && (mtu < 576 || mtu > 65535))
    return Status(Code::kInvalid, "mtu must be 0 or between 576 and 65535");
  settings.mtu = static_cast<unsigned>(mtu);
  if (settings.bridge.empty() || settings.bridge.size() > 15 ||
      settings.bridge.find_first_of("/\" \t\n:") != std::string::npos)
    return Status(Code::kInvalid, "bridge: \"" + settings.bridge + "\" is no interface name");
  for (const auto& text : config.list("cluster_cidrs")) {
    auto range = Ipv4Range::parse(text);
    if (!range.ok()) return range.status().annotate("cluster_cidrs");
    settings.cluster.push_back(*range);
  }
  if (const auto text = config.string("service_cidr"); !text.empty()) {
    auto range = Ipv4Range::parse(text);
    if (!range.ok()) return range.status().annotate("service_cidr");
    settings.services = *range;
  }
  return settings;
}

class FlannelPlugin : public Plugin {
 public:
  explicit FlannelPlugin(Context& context) : Plugin(context), service_(context) {}

  Status start() override {
    if (geteuid() != 0) return skip("pod networking needs root");
    auto settings = read_settings(context().config(), context().state_dir());
    if (!settings.ok()) return settings.status();
    settings_ = std::move(*settings);
    std::ofstream(generation_file(), std::ios::trunc) << context().generation();
    KUBUS_TRY(service_.serve());
    const std::string range = context().config().string("pod_cidr");
    if (range == "node") return follow_node();
    launch(range, true);
    return starting();
  }

  void drain() override {
    node_.reset();
    if (!context().config().boolean("cleanup") || !service_.network() || has_successor()) return;
    if (Status status = service_.network()->remove_all(); !status.ok())
      context().log().warn("pod network could not be removed", {{"error", status.message()}});
  }

 private:
  std::string node_name() {
    const std::string name = context().config().string("node_name");
    return name.empty() ? host_name() : name;
  }

  // On the loop, at every change of this machine's Node.
  void watch_node(std::function<void(const Node&)> look) {
    InformerOptions only_mine;
    only_mine.field_selector = "metadata.name=" + node_name();
    node_ = std::make_unique<Informer<Node>>(context(), only_mine);
    node_->on_change([look = std::move(look)](const auto&, const auto& now) {
      if (now) look(*now);
    });
  }

  Status follow_node() {
    service_.set_waiting_for("Node " + node_name() + " has no podCIDR yet");
    watch_node([this](const Node& node) {
      if (!node.spec().podcidr().empty() && !launched_) launch(node.spec().podcidr(), false);
    });
    return {};
  }

  // Whoever reads the Node learns the range of its pods, as where a controller gave it out.
  void tell_node(const std::string& range) {
    watch_node([this, range](const Node& node) {
      if (!node.spec().podcidr().empty() || std::exchange(telling_, true)) return;
      context().pool().post([this, range] {
        const std::string body =
            R"({"spec":{"podCIDR":")" + range + R"(","podCIDRs":[")" + range + R"("]}})";
        const auto told =
            ApiClient::of(context())->patch<Node>({"", node_name()}, PatchType::kMerge, body);
        if (told.ok()) return;
        context().log().warn("the range of the pods is not on the Node",
                             {{"error", told.status().message()}});
        // The node's next sign of life brings the next try.
        context().loop().post([this] { telling_ = false; });
      });
    });
  }

  // Kernel objects take milliseconds to make: on the pool.
  void launch(const std::string& range, bool report_ready) {
    launched_ = true;
    service_.set_waiting_for("the pod network is being set up");
    context().pool().post([this, range, report_ready, settings = settings_]() mutable {
      auto pods = Ipv4Range::parse(range);
      if (!pods.ok()) return context().fail(pods.status().annotate("pod range"));
      settings.pods = *pods;
      auto network = Network::start(std::move(settings));
      if (!network.ok()) return context().fail(network.status());
      context().loop().post(
          [this, report_ready, network = std::shared_ptr<Network>(std::move(*network))] {
            const auto& used = network->settings();
            context().log().info(
                "pod network is up",
                {{"bridge", used.bridge}, {"pods", used.pods.str()}, {"mtu", used.mtu}});
            service_.set_network(network);
            if (!report_ready) return;
            ready();
            tell_node(used.pods.str());
          });
    });
  }

  // The generation that started last owns what is in the kernel.
  std::string generation_file() { return context().state_dir() + "/generation"; }
  bool has_successor() {
    std::uint64_t newest = 0;
    std::ifstream(generation_file()) >> newest;
    return newest > context().generation();
  }

  NetworkService service_;
  NetworkSettings settings_;
  std::unique_ptr<Informer<Node>> node_;
  bool launched_ = false;
  bool telling_ = false;
};

}  // namespace
}  // namespace kubus::flannel

KUBUS_PLUGIN(kubus::flannel::FlannelPlugin)
