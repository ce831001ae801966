#include "plugin_states.h"

#include <algorithm>
#include <set>

namespace kubus::cluster {
namespace {

constexpr const char* kNodeAgent = "node.v1/kubelet";

std::string line_of(const kernel::PluginInfo& plugin) {
  std::string line = "plugin " + plugin.name() + " " + plugin.state();
  if (!plugin.message().empty()) line += ": " + plugin.message();
  for (std::size_t at = 0; (at = line.find('\n', at)) != std::string::npos; at += 2)
    line.replace(at, 1, ", ");
  return line;
}

class Search {
 public:
  explicit Search(const kernel::ListReply& list) : list_(list) {}

  // Appends what keeps everybody from serving `service`, if something does.
  void look(const std::string& service, Obstacles& found) {
    if (!seen_.insert(service).second) return;
    Obstacles here;
    for (const auto& plugin : list_.plugins()) {
      if (std::find(plugin.provides().begin(), plugin.provides().end(), service) ==
          plugin.provides().end())
        continue;
      const auto before = here.lines.size();
      look_at(plugin, here);
      if (here.lines.size() == before) return;  // this one serves it, or will
    }
    if (here.lines.empty()) here = {{"no plugin provides " + service}, true};
    found.lines.insert(found.lines.end(), here.lines.begin(), here.lines.end());
    found.lasting = found.lasting || here.lasting;
  }

 private:
  void look_at(const kernel::PluginInfo& plugin, Obstacles& found) {
    const auto& state = plugin.state();
    if (state == "ready" || state == "starting" || state == "draining") return;
    if (state == "waiting") {
      for (const auto& service : plugin.requirements()) look(service, found);
      return;
    }
    found.lines.push_back(line_of(plugin));
    // Where plugins are stopped, kubusd is about to end, and says why.
    found.lasting = found.lasting || (state != "failed" && state != "stopped");
  }

  const kernel::ListReply& list_;
  std::set<std::string> seen_;
};

}  // namespace

std::vector<std::string> complaints(const kernel::ListReply& list) {
  static const std::set<std::string> fine = {"ready", "disabled", "stopped", "draining"};
  std::vector<std::string> lines;
  for (const auto& plugin : list.plugins())
    if (!fine.contains(plugin.state())) lines.push_back(line_of(plugin));
  return lines;
}

bool settled(const kernel::ListReply& list) {
  return std::none_of(list.plugins().begin(), list.plugins().end(), [](const auto& plugin) {
    return plugin.state() == "starting" || plugin.state() == "draining";
  });
}

Obstacles find_obstacles(const kernel::ListReply& list) {
  Obstacles found;
  Search(list).look(kNodeAgent, found);
  return found;
}

}  // namespace kubus::cluster
