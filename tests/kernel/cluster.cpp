#include "cluster.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace kubus::testing {
namespace {

namespace fs = std::filesystem;

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
  pid_ = start_command({binary("kubusd"), "--config", file}, out);
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
  return run_command(all);
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

}  // namespace kubus::testing
