// What is told of usage to those who scale and watch: names, labels, units.
#include <gmock/gmock.h>

#include "kubus/api/time.h"
#include "server/cadvisor_metrics.h"
#include "server/resource_metrics.h"
#include "server/stats_summary.h"

namespace kubus::kubelet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kAt = 1'700'000'003'123'000'000;  // nanoseconds

void set_usage(runtime::CpuStats& cpu, runtime::MemoryStats& memory, std::uint64_t cpu_ns,
               std::uint64_t working_set) {
  cpu.set_timestamp(kAt);
  cpu.set_usage_core_nanoseconds(cpu_ns);
  memory.set_timestamp(kAt);
  memory.set_working_set_bytes(working_set);
  memory.set_usage_bytes(working_set + 1000);
  memory.set_rss_bytes(working_set - 1000);
  memory.set_page_faults(7);
  memory.set_major_page_faults(1);
}

NodeUsage node_usage() {
  NodeUsage node;
  node.started_at = 1'600'000'001'000'000'000;
  set_usage(node.cpu, node.memory, 12'500'000'000, 4'000'128);
  node.swap_bytes = 4096;
  return node;
}

// One pod with one container.
runtime::StatsResponse usage() {
  runtime::StatsResponse stats;
  auto& pod = *stats.add_sandboxes();
  pod.set_id("s1");
  pod.set_pod_name("web");
  pod.set_pod_namespace("shop");
  pod.set_pod_uid("u1");
  set_usage(*pod.mutable_cpu(), *pod.mutable_memory(), 2'000'000'000, 300'032);
  pod.set_process_count(3);
  pod.set_network_timestamp(kAt);
  auto& interface = *pod.add_interfaces();
  interface.set_name("eth0");
  interface.set_rx_bytes(11);
  interface.set_rx_errors(12);
  interface.set_tx_bytes(13);
  interface.set_tx_errors(14);
  auto& container = *pod.add_containers();
  container.set_id("c1");
  container.set_name("main");
  set_usage(*container.mutable_cpu(), *container.mutable_memory(), 1'250'000'000, 200'064);
  container.set_process_count(2);
  container.mutable_writable_layer()->set_used_bytes(8192);
  return stats;
}

std::vector<PodPtr> pods() {
  auto pod = std::make_shared<core_v1::Pod>();
  pod->mutable_metadata()->set_uid("u1");
  auto& status = *pod->mutable_status()->add_containerstatuses();
  status.set_name("main");
  set_time(*status.mutable_state()->mutable_running()->mutable_startedat(),
           *parse_time("2023-11-14T22:13:21Z"));
  return {pod};
}

// A family of one sample: what stands behind its name.
std::string family(const std::string& name, const std::string& help, const std::string& type,
                   const std::string& sample) {
  return "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + sample +
         "\n";
}

TEST(ResourceMetrics, AreTheReferences) {
  const std::string container = R"({container="main",namespace="shop",pod="web"} )";
  const std::string pod = R"({namespace="shop",pod="web"} )";
  const std::string at = " 1700000003123";
  const std::string expected =
      family("container_cpu_usage_seconds_total",
             "[STABLE] Cumulative cpu time consumed by the container in core-seconds", "counter",
             container + "1.25" + at) +
      family("container_memory_working_set_bytes",
             "[STABLE] Current working set of the container in bytes", "gauge",
             container + "200064" + at) +
      family("container_start_time_seconds",
             "[STABLE] Start time of the container since unix epoch in seconds", "gauge",
             container + "1700000001") +
      family("node_cpu_usage_seconds_total",
             "[STABLE] Cumulative cpu time consumed by the node in core-seconds", "counter",
             " 12.5" + at) +
      family("node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes",
             "gauge", " 4000128" + at) +
      family("node_swap_usage_bytes",
             "[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows "
             "systems",
             "gauge", " 4096" + at) +
      family("pod_cpu_usage_seconds_total",
             "[STABLE] Cumulative cpu time consumed by the pod in core-seconds", "counter",
             pod + "2" + at) +
      family("pod_memory_working_set_bytes", "[STABLE] Current working set of the pod in bytes",
             "gauge", pod + "300032" + at) +
      family("resource_scrape_error",
             "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
             "gauge", " 0");
  EXPECT_EQ(resource_metrics(node_usage(), usage(), pods()), expected);
}

TEST(ResourceMetrics, SayThatTheRuntimeCouldNotBeRead) {
  const auto text = resource_metrics(node_usage(), Status(Code::kUnavailable, "away"), pods());
  EXPECT_EQ(text,
            "# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container "
            "metrics, 0 otherwise\n# TYPE resource_scrape_error gauge\nresource_scrape_error 1\n");
}

TEST(ResourceMetrics, AContainerWithoutAStartIsLeftOutOfStarts) {
  const auto text = resource_metrics(node_usage(), usage(), {});
  EXPECT_THAT(text, Not(HasSubstr("\ncontainer_start_time_seconds{")));
  EXPECT_THAT(text, HasSubstr("\ncontainer_cpu_usage_seconds_total{"));
}

TEST(StatsSummary, FileSystemsThatAreNotKnownHaveNoSize) {
  struct Case {
    std::uint64_t capacity, available;
    std::string sizes;
  };
  const Case cases[] = {{0, 0, ""},
                        {500, 200, R"("availableBytes":200,"capacityBytes":500,)"},
                        {500, 0, R"("availableBytes":0,"capacityBytes":500,)"}};
  for (const Case& c : cases) {
    auto stats = usage();
    auto& layer = *stats.mutable_sandboxes(0)->mutable_containers(0)->mutable_writable_layer();
    layer.set_timestamp(kAt);
    layer.set_capacity_bytes(c.capacity);
    layer.set_available_bytes(c.available);
    EXPECT_THAT(stats_summary("n1", stats, pods()),
                HasSubstr(R"("rootfs":{"time":"2023-11-14T22:13:23Z",)" + c.sizes +
                          R"("usedBytes":8192,"inodesUsed":0})"));
  }
}

TEST(CadvisorMetrics, ArePerControlGroup) {
  NodeRuntime::PodState state;
  runtime::Sandbox sandbox;
  sandbox.set_id("s1");
  sandbox.set_created_at(1'699'999'999'500'000'000);
  sandbox.mutable_config()->set_cgroup_parent("/kubepods/podu1");
  state.sandboxes.push_back(sandbox);
  runtime::Container container;
  container.set_id("c1");
  container.set_started_at(1'700'000'001'000'000'000);
  container.mutable_config()->set_name("main");
  container.mutable_config()->set_image("sha256:1");
  container.set_image_id("sha256:1");
  state.containers.push_back(container);
  runtime::Image image;
  image.set_id("sha256:1");
  image.add_repo_tags("docker.io/library/demo:1.0");
  Machine machine;
  machine.cpus = 4;
  machine.memory_bytes = 8'000'128;
  machine.machine_id = "m";
  machine.boot_id = "b";
  machine.system_uuid = "u";
  const auto text = cadvisor_metrics(machine, node_usage(), usage(), state, {image});
  const std::string root = R"(container="",%id="/",image="",%name="",namespace="",pod="")";
  const std::string pod =
      R"(container="",%id="/kubepods/podu1",image="",%name="",namespace="shop",pod="web")";
  const std::string main =
      R"(container="main",%id="/kubepods/podu1/c1",image="docker.io/library/demo:1.0",)"
      R"(%name="c1",namespace="shop",pod="web")";
  struct Case {
    std::string name, group;
    std::string before_id, before_name, last;  // further labels, where they stand
    std::string value;
  };
  const Case cases[] = {
      {"container_cpu_usage_seconds_total", root, R"(cpu="total",)", "", "", "12.5"},
      {"container_cpu_usage_seconds_total", pod, R"(cpu="total",)", "", "", "2"},
      {"container_cpu_usage_seconds_total", main, R"(cpu="total",)", "", "", "1.25"},
      {"container_memory_working_set_bytes", main, "", "", "", "200064"},
      {"container_memory_usage_bytes", main, "", "", "", "201064"},
      {"container_memory_rss", main, "", "", "", "199064"},
      {"container_memory_failures_total", main, R"(failure_type="pgmajfault",)", "",
       R"(,scope="container")", "1"},
      {"container_fs_usage_bytes", main, R"(device="",)", "", "", "8192"},
      {"container_network_receive_bytes_total", pod, "", R"(interface="eth0",)", "", "11"},
      {"container_network_receive_errors_total", pod, "", R"(interface="eth0",)", "", "12"},
      {"container_network_transmit_bytes_total", pod, "", R"(interface="eth0",)", "", "13"},
      {"container_network_transmit_errors_total", pod, "", R"(interface="eth0",)", "", "14"},
      {"container_processes", pod, "", "", "", "3"},
      {"container_processes", main, "", "", "", "2"},
      {"container_start_time_seconds", root, "", "", "", "1600000001"},
      {"container_start_time_seconds", pod, "", "", "", "1699999999.5"},
      {"container_start_time_seconds", main, "", "", "", "1700000001"},
      {"container_last_seen", main, "", "", "", "1700000003"},
  };
  const auto labels = [](std::string group, const std::string& before_id,
                         const std::string& before_name) {
    group.replace(group.find('%'), 1, before_id);
    return group.replace(group.find('%'), 1, before_name);
  };
  for (const auto& c : cases) {
    EXPECT_THAT(text, HasSubstr("\n" + c.name + "{" + labels(c.group, c.before_id, c.before_name) +
                                c.last + "} " + c.value + " 1700000003123\n"));
  }
  EXPECT_THAT(text, HasSubstr("\nmachine_cpu_cores{boot_id=\"b\",machine_id=\"m\",system_uuid="
                              "\"u\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("\nmachine_memory_bytes{boot_id=\"b\",machine_id=\"m\",system_uuid="
                              "\"u\"} 8000128\n"));
  EXPECT_THAT(text, Not(HasSubstr("container_processes{" + labels(root, "", ""))));
}

}  // namespace
}  // namespace kubus::kubelet
