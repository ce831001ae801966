#include "tests/api_fixture.h"

#include <dlfcn.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "kubus/api_contract.h"

// The plugin itself is part of this program.
extern "C" const kubus_plugin_descriptor_v1* kubus_plugin_entry_v1();

namespace kubus::apiserver {
namespace {

// The states that instances have reached, to be waited for.
struct States {
  std::mutex mutex;
  std::condition_variable changed;
  std::map<std::string, InstanceReport> reports;

  bool wait_ready(const std::string& id) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(60), [&] {
      const auto found = reports.find(id);
      return found != reports.end() && found->second.state == InstanceState::kReady;
    });
  }
};

std::shared_ptr<States> states;
std::string root;

Config server_config() {
  return Config({{"bind_address", "127.0.0.1"},
                 {"port", "0"},
                 {"advertise_address", "127.0.0.1"},
                 {"http_threads", "1"},
                 {"cert_dir", ""},
                 {"extra_sans", ""},
                 {"cluster_domain", "cluster.local"},
                 {"kubeconfig_path", ""},
                 {"kubeconfig_server", ""},
                 {"service_cidr", "10.96.0.0/12"},
                 {"node_port_range", "30000-32767"},
                 {"kubelet_ca", ""},
                 {"watch_history", "100"},
                 {"max_requests_inflight", "400"},
                 {"max_mutating_requests_inflight", "200"},
                 {"event_ttl", "1h"},
                 {"drain_grace", "100ms"}});
}

Config storage_config() {
  return Config({{"path", ""},
                 {"keep_history", "5m"},
                 {"keep_revisions", "0"},
                 {"read_connections", "1"},
                 {"watch_memory", "4194304"},
                 {"max_value", "3145728"}});
}

Instance* make(Host& host, const std::string& id, Config config) {
  InstanceOptions options;
  options.id = id;
  options.config = std::move(config);
  options.state_dir = root + "/" + id;
  options.runtime_dir = root + "/run-" + id;
  options.permissions = {R"({"groups":["*"],"resources":["*"],"verbs":["*"]})"};
  return *host.make_instance(std::move(options));
}

}  // namespace

std::unique_ptr<Host> ApiTest::host_;
Instance* ApiTest::tester_ = nullptr;

void ApiTest::SetUpTestSuite() {
  const char* build = std::getenv("KUBUS_BUILD_DIR");
  const auto file = std::string(build ? build : ".") + "/plugins/storage-sqlite.so";
  // Never closed: it holds code until the end of the program.
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  auto entry = reinterpret_cast<kubus_plugin_entry_fn>(::dlsym(library, "kubus_plugin_entry_v1"));
  char path[] = "/tmp/kubus-api-XXXXXX";
  ASSERT_NE(::mkdtemp(path), nullptr);
  root = path;
  auto host = Host::open({root, HostRole::kKernel, "kubus", 1});
  ASSERT_TRUE(host.ok()) << host.status().to_string();
  host_ = std::move(*host);
  states = std::make_shared<States>();
  host_->observe([shared = states](const InstanceReport& report) {
    std::lock_guard lock(shared->mutex);
    shared->reports[report.id] = report;
    shared->changed.notify_all();
  });
  make(*host_, "storage-sqlite", storage_config())->start(entry());
  ASSERT_TRUE(states->wait_ready("storage-sqlite"));
  make(*host_, "apiserver", server_config())->start(kubus_plugin_entry_v1());
  ASSERT_TRUE(states->wait_ready("apiserver"));
  auto* tester = make(*host_, "tester", Config());
  tester->start([](Context&) { return Status(); });
  ASSERT_TRUE(states->wait_ready("tester"));
  tester_ = tester;
}

void ApiTest::TearDownTestSuite() {
  tester_ = nullptr;
  if (host_) {
    const auto instances = host_->instances();
    // Those that use the others first.
    for (auto at = instances.rbegin(); at != instances.rend(); ++at) {
      (*at)->stop(std::chrono::seconds(5));
      EXPECT_EQ((*at)->wait_stopped(std::chrono::seconds(20)), InstanceState::kStopped);
    }
    EXPECT_TRUE(host_->close(std::chrono::seconds(5)).ok());
    host_.reset();
  }
  if (!root.empty()) std::filesystem::remove_all(root);
}

void ApiTest::SetUp() {
  if (!tester_) GTEST_SKIP() << "the plugin storage-sqlite is not built";
}

ApiTest::Reply ApiTest::call(const std::string& verb, const std::string& path,
                             const std::string& ns, const std::string& name,
                             const std::string& body, const Query& query,
                             const std::string& patch) {
  api::Request request;
  request.set_verb(verb);
  auto& resource = *request.mutable_resource();
  const auto first = path.find('/');
  const auto second = path.find('/', first + 1);
  resource.set_group(path.substr(0, first));
  resource.set_version("v1");
  resource.set_resource(path.substr(first + 1, second - first - 1));
  if (second != std::string::npos) resource.set_subresource(path.substr(second + 1));
  resource.set_namespace_(ns);
  resource.set_name(name);
  request.set_body(body);
  request.set_patch_type(patch);
  for (const auto& [key, value] : query) (*request.mutable_query())[key] = value;
  auto reply = rpc::call_wait(tester_->context().bus(), api::kDo, request);
  if (!reply.ok()) return {0, reply.status().to_string()};
  return {reply->http_code(), reply->body()};
}

std::string ApiTest::cert_dir() { return root + "/apiserver/pki"; }

std::uint16_t ApiTest::https_port() {
  std::ifstream file(cert_dir() + "/admin.kubeconfig");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  constexpr std::string_view kServer = "https://127.0.0.1:";
  const auto at = text.find(kServer);
  return at == std::string::npos
             ? std::uint16_t{0}
             : static_cast<std::uint16_t>(std::stoul(text.substr(at + kServer.size(), 5)));
}

}  // namespace kubus::apiserver
