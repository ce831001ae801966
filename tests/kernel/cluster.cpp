#include "cluster.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

extern char** environ;

namespace kubus::testing {
namespace {

namespace fs = std::filesystem;

std::string build_dir() {
  if (const char* given = std::getenv("KUBUS_BUILD_DIR")) return given;
  return fs::read_symlink("/proc/self/exe").parent_path().parent_path();
}

// Starts a program with both outputs going to `out`.
pid_t spawn(const std::vector<std::string>& arguments, int out) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out, 1);
  ::posix_spawn_file_actions_adddup2(&actions, out, 2);
  pid_t pid = 0;
  if (::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0) pid = -1;
  ::posix_spawn_file_actions_destroy(&actions);
  return pid;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

std::string read_all(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Cluster::Cluster() { fs::create_directories(plugin_dir()); }

Cluster::~Cluster() {
  if (pid_ > 0 && stop() != 0) ADD_FAILURE() << "kubusd did not end well\n" << log();
  if (::testing::Test::HasFailure()) std::cerr << "---- kubusd\n" << log() << "----\n";
}

std::string Cluster::binary(const std::string& name) { return build_dir() + "/bin/" + name; }
std::string Cluster::zoo(const std::string& file) { return build_dir() + "/zoo/" + file + ".so"; }
std::string Cluster::log() const { return read_all(dir() + "/log"); }

void Cluster::start(const std::string& config) {
  auto file =
      dir_.write("etc/kubus.yaml", "run_dir: " + dir() + "/run\nstate_dir: " + dir() +
                                       "/state\nplugin_dirs: [" + plugin_dir() + "]\n" + config);
  int out = ::open((dir() + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = spawn({binary("kubusd"), "--config", file}, out);
  ::close(out);
  ASSERT_GT(pid_, 0) << "cannot start " << binary("kubusd");
  EXPECT_TRUE(eventually([this] {
    return log().find("kubusd runs") != std::string::npos || ::waitpid(pid_, nullptr, WNOHANG) != 0;
  })) << log();
}

void Cluster::signal(int number) const { ::kill(pid_, number); }

int Cluster::wait_exit() {
  int status = 0;
  pid_t done = 0;
  bool ended = eventually([&] { return (done = ::waitpid(pid_, &status, WNOHANG)) != 0; });
  if (!ended) {
    ADD_FAILURE() << "kubusd does not end\n" << log();
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = 0;
  return done < 0 ? 0 : exit_code(status);
}

int Cluster::stop() {
  signal(SIGTERM);
  return wait_exit();
}

void Cluster::install(const std::string& file, std::string as) const {
  if (as.empty()) as = file;
  auto target = plugin_dir() + "/" + as + ".so";
  fs::copy_file(zoo(file), target + ".tmp", fs::copy_options::overwrite_existing);
  fs::rename(target + ".tmp", target);
}

void Cluster::remove(const std::string& name) const {
  fs::remove(plugin_dir() + "/" + name + ".so");
}

CommandResult Cluster::kubus(const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = {binary("kubus"), "--run-dir", dir() + "/run"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {-1, "pipe"};
  pid_t pid = spawn(all, ends[1]);
  ::close(ends[1]);
  CommandResult result;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    result.out.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  result.code = exit_code(status);
  return result;
}

boost::json::array Cluster::plugins() const {
  auto result = kubus({"plugin", "list", "-o", "json"});
  boost::json::error_code error;
  auto value = boost::json::parse(result.out, error);
  if (error || !value.is_object()) return {};
  auto* list = value.as_object().if_contains("plugins");
  return list ? list->as_array() : boost::json::array();
}

boost::json::object Cluster::plugin(const std::string& name) const {
  for (const auto& one : plugins())
    if (one.at("name").as_string() == name) return one.as_object();
  return {};
}

std::string Cluster::text(const boost::json::object& plugin, const char* key) {
  auto* value = plugin.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

std::int64_t Cluster::number(const boost::json::object& plugin, const char* key) {
  auto* value = plugin.if_contains(key);
  return value && value->is_number() ? value->to_number<std::int64_t>() : -1;
}

bool Cluster::eventually(const std::function<bool()>& condition) const {
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(40);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

void Cluster::expect(const std::string& name, const std::string& state,
                     const std::string& message) {
  boost::json::object last;
  EXPECT_TRUE(eventually([&] {
    last = plugin(name);
    return text(last, "state") == state && text(last, "message").find(message) != std::string::npos;
  })) << name
      << " is " << text(last, "state") << " (" << text(last, "message") << "), not " << state
      << " (" << message << ")\n"
      << log();
}

std::unique_ptr<Host> Cluster::connect() const {
  auto host = Host::open({.run_dir = dir() + "/run", .role = HostRole::kClient, .id = "test"});
  EXPECT_TRUE(host.ok()) << host.status().message();
  return host.ok() ? std::move(*host) : nullptr;
}

Usage usage_of(pid_t pid) {
  auto proc = "/proc/" + std::to_string(pid);
  Usage usage;
  std::ifstream maps(proc + "/maps");
  for (std::string line; std::getline(maps, line); ++usage.mappings)
    if (line.find("/.generations/") != std::string::npos) ++usage.plugin_mappings;
  auto entries = [](const std::string& directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
  };
  usage.descriptors = entries(proc + "/fd");
  usage.threads = entries(proc + "/task");
  std::ifstream status(proc + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) usage.resident_kb = std::stoul(line.substr(6));
  return usage;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream list(entry.path() / "children");
    for (pid_t child; list >> child;) children.push_back(child);
  }
  return children;
}

}  // namespace kubus::testing
