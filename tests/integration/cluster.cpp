#include "cluster.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;

std::string unique_name() {
  static std::atomic<int> count{0};
  return "test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

bool in_path(const std::string& program) {
  std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "");
  for (std::string dir; std::getline(path, dir, ':');)
    if (::access((dir + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

std::string client(const std::string& name) {
  const auto fetched = testing::source_dir() + "/build/clients/" + name;
  return ::access(fetched.c_str(), X_OK) == 0 ? fetched : name;
}

boost::json::value parse(const CommandResult& result) {
  boost::json::error_code error;
  auto value = boost::json::parse(result.out, error);
  return result.ok() && !error ? value : boost::json::value();
}

bool can_unshare() {
  bool can = false;
  std::thread([&] { can = ::unshare(CLONE_NEWNET) == 0; }).join();
  return can;
}

}  // namespace

Cluster::Cluster(ClusterOptions options) : options_(std::move(options)), name_(unique_name()) {
  if (options_.own_plugins) {
    fs::create_directory(plugin_dir());
    for (const auto& file : fs::directory_iterator(testing::build_dir() + "/plugins"))
      if (file.path().extension() == ".so")
        fs::copy_file(file.path(), plugin_dir() / file.path().filename());
  }
}

Cluster::~Cluster() {
  if (!up_) return;
  if (const auto result = down(); !result.ok()) ADD_FAILURE() << result.out;
}

std::string Cluster::missing() {
  if (::geteuid() != 0) return "needs root";
  if (!can_unshare()) return "needs network namespaces";
  if (!in_path("conmon")) return "needs conmon";
  if (!in_path("crun") && !in_path("runc")) return "needs crun or runc";
  if (client("kubectl") == "kubectl" && !in_path("kubectl"))
    return "needs kubectl (packaging/clients fetches it)";
  return {};
}

testing::CommandOptions Cluster::environment(const std::string& input) const {
  testing::CommandOptions result{input, options_.environment};
  result.environment.emplace_back("KUBECONFIG", kubeconfig());
  result.environment.emplace_back("KUBUS_RUN_DIR", run_dir());
  if (options_.own_plugins) result.environment.emplace_back("KUBUS_PLUGIN_DIRS", plugin_dir());
  return result;
}

CommandResult Cluster::up(const std::vector<std::string>& more) {
  auto options = environment();
  // `kubus up` gives each cluster a run directory of its own.
  std::erase_if(options.environment, [](const auto& one) { return one.first == "KUBUS_RUN_DIR"; });
  std::vector<std::string> words = {testing::build_dir() + "/bin/kubus", "up", "--name", name_,
                                    "--no-uplink"};
  words.insert(words.end(), more.begin(), more.end());
  auto result = testing::run_command(words, options);
  up_ = up_ || result.ok();
  return result;
}

CommandResult Cluster::down() {
  up_ = false;
  return kubus({"down", "--name", name_});
}

std::string Cluster::log() const {
  std::ifstream file(state_dir() + "/kubusd.log");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

pid_t Cluster::daemon() const {
  std::ifstream file(run_dir() + "/kubusd.pid");
  pid_t pid = 0;
  file >> pid;
  std::error_code error;
  const auto exe = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", error);
  return exe.filename().string().starts_with("kubusd") ? pid : 0;
}

void Cluster::kill_daemon() const {
  const pid_t pid = daemon();
  ASSERT_GT(pid, 0) << "kubusd does not run";
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  ::kill(pid, SIGKILL);
  pollfd wait{process, POLLIN, 0};
  EXPECT_EQ(::poll(&wait, 1, 10'000), 1) << "kubusd does not end";
  ::close(process);
}

CommandResult Cluster::kubectl(const std::vector<std::string>& arguments,
                               const std::string& input) const {
  std::vector<std::string> words = {client("kubectl")};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return testing::run_command(words, environment(input));
}

CommandResult Cluster::kubus(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words = {testing::build_dir() + "/bin/kubus"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return testing::run_command(words, environment());
}

void Cluster::apply(const std::string& manifest) const {
  const auto result = kubectl({"apply", "-f", "-"}, manifest);
  EXPECT_TRUE(result.ok()) << result.out;
}

boost::json::value Cluster::get(const std::string& path) const {
  return parse(kubectl({"get", "--raw", path}));
}

boost::json::array Cluster::plugins() const {
  const auto list = parse(kubus({"plugin", "list", "-o", "json"}));
  return list.is_object() ? list.at("plugins").as_array() : boost::json::array();
}

boost::json::object Cluster::plugin(const std::string& name) const {
  for (const auto& one : plugins())
    if (one.at("name").as_string() == name) return one.as_object();
  return {};
}

std::string Cluster::unwell() const {
  std::string text;
  const auto all = plugins();
  for (const auto& one : all) {
    const auto* restarts = one.as_object().if_contains("restarts");
    if (one.at("state").as_string() != "ready" || (restarts && restarts->to_number<int>() > 0))
      text += boost::json::serialize(one) + "\n";
  }
  return all.empty() ? "kubusd does not answer" : text;
}

std::unique_ptr<Host> Cluster::connect() const {
  auto host = Host::open({.run_dir = run_dir(), .role = HostRole::kClient, .id = "kubus"});
  EXPECT_TRUE(host.ok()) << host.status().message();
  return host.ok() ? std::move(*host) : nullptr;
}

void Cluster::load_demo_image() const {
  const auto archive = dir_.path() + "/demo.tar";
  const auto made =
      testing::run_command({testing::source_dir() + "/packaging/demo/make-image", archive});
  ASSERT_TRUE(made.ok()) << made.out;
  const auto loaded = kubus({"image", "load", archive});
  ASSERT_TRUE(loaded.ok()) << loaded.out;
}

void Cluster::in_network(const std::function<void()>& body) const {
  std::thread([&] {
    const int network = ::open(("/run/netns/kubus-" + name_).c_str(), O_RDONLY | O_CLOEXEC);
    const bool entered = network >= 0 && ::setns(network, CLONE_NEWNET) == 0;
    if (network >= 0) ::close(network);
    // In the machine's own network nothing of a test may be sent.
    if (!entered) {
      ADD_FAILURE() << "cannot enter the network of " << name_;
      return;
    }
    body();
  }).join();
}

void Cluster::replace_plugin(const std::string& plugin) const {
  const auto target = plugin_dir() + "/" + plugin + ".so";
  fs::copy_file(testing::build_dir() + "/plugins/" + plugin + ".so", target + ".new",
                fs::copy_options::overwrite_existing);
  fs::rename(target + ".new", target);
}

}  // namespace kubus::integration
