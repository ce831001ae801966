// An image that comes from a registry on the host, in whose network kubusd pulls.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "cluster_test.h"
#include "kubus/unique_fd.h"

namespace kubus::integration {
namespace {

using ::testing::ContainsRegex;

// One of loopback that nobody listens on.
int free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  EXPECT_EQ(::bind(socket.get(), raw, size), 0);
  EXPECT_EQ(::getsockname(socket.get(), raw, &size), 0);
  return ntohs(address.sin_port);
}

class PullTest : public ClusterTest {
 protected:
  ClusterOptions options() const override {
    return {.environment = {{"KUBUS_RUNTIME_OCI_INSECURE_REGISTRIES", registry_}}};
  }

  void SetUp() override {
    for (const char* program : {"skopeo", "docker-registry"})
      if (testing::run_command({program, "--version"}).code == 127)
        GTEST_SKIP() << program << " is not installed";
    ClusterTest::SetUp();
  }

  void TearDown() override {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    ClusterTest::TearDown();
  }

  void serve(const std::string& image) {
    const auto config =
        dir_.write("registry.yml",
                   "version: 0.1\nlog: {level: error}\n"
                   "storage: {filesystem: {rootdirectory: " +
                       dir_.path() + "/registry}}\nhttp: {addr: '" + registry_ + "'}\n");
    const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    process_ = testing::start_command({"docker-registry", "serve", config}, nowhere.get());
    ASSERT_GT(process_, 0);
    const auto archive = dir_.path() + "/demo.tar";
    const auto made =
        testing::run_command({testing::source_dir() + "/packaging/demo/make-image", archive});
    ASSERT_TRUE(made.ok()) << made.out;
    EXPECT_TRUE(eventually([&] {
      return testing::run_command({"skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false",
                                   "docker-archive:" + archive,
                                   "docker://" + registry_ + "/" + image})
          .ok();
    }));
  }

  const std::string registry_ = "127.0.0.1:" + std::to_string(free_port());

 private:
  const kernel::TempDir dir_;
  pid_t process_ = 0;
};

TEST_F(PullTest, APodRunsAnImageOfARegistry) {
  ASSERT_NO_FATAL_FAILURE(serve("team/web:1"));
  const auto image = registry_ + "/team/web:1";
  const auto made = cluster().kubectl({"run", "web", "--image", image});
  ASSERT_TRUE(made.ok()) << made.out;
  const auto ready =
      cluster().kubectl({"wait", "--for=condition=Ready", "pod/web", "--timeout=60s"});
  EXPECT_TRUE(ready.ok()) << ready.out << cluster().kubectl({"get", "events"}).out;
  const auto events = cluster().kubectl(
      {"get", "events", "-o", "jsonpath={range .items[*]}{.reason}: {.message}{\"\\n\"}{end}"});
  EXPECT_THAT(events.out, ContainsRegex("Pulling: Pulling image \"" + image + "\""));
  EXPECT_THAT(events.out, ContainsRegex("Pulled: Successfully pulled image \"" + image +
                                        "\" in .*\\(.* including waiting\\)"));
}

}  // namespace
}  // namespace kubus::integration
