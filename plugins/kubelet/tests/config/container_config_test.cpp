#include "container_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "kubus/api/quantity.h"
#include "labels.h"

namespace kubus::kubelet::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class ContainerConfigTest : public testing::Test {
 protected:
  ContainerConfigTest() {
    std::string name = (fs::temp_directory_path() / "kubus-config-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    place_ = {root_ / "pod", root_ / "logs", "/kubepods/podu1", "cluster.local", {}};
    fs::create_directories(root_ / "pod");
    fs::create_directories(root_ / "volume");
    volumes_["v"] = root_ / "volume";
    pod_.mutable_metadata()->set_name("web");
    pod_.mutable_metadata()->set_namespace_("shop");
    pod_.mutable_metadata()->set_uid("u1");
    container_.set_name("c");
  }
  ~ContainerConfigTest() override {
    EXPECT_TRUE(Volumes(root_).tear_down("pod").ok()) << "nothing is removed through a mount";
    fs::remove_all(root_);
  }

  Result<runtime::ContainerConfig> make() {
    return container_config({pod_,
                             container_,
                             kind_,
                             1,
                             volumes_,
                             environment_,
                             place_,
                             {"10.244.0.5"},
                             image_,
                             target_});
  }
  // The host's side of what is mounted at `path`; empty when nothing is.
  std::string mounted_at(const std::string& path) {
    const auto config = *make();
    for (const auto& mount : config.mounts())
      if (mount.container_path() == path) return mount.host_path();
    return "";
  }
  core_v1::VolumeMount& mount(const std::string& path) {
    auto& mount = *container_.add_volumemounts();
    mount.set_name("v");
    mount.set_mountpath(path);
    return mount;
  }

  fs::path root_;
  core_v1::Pod pod_;
  core_v1::Container container_;
  ContainerKind kind_ = ContainerKind::kRegular;
  VolumePaths volumes_;
  Environment environment_{{"A", "1"}};
  PodPlace place_;
  runtime::Image image_;
  std::string target_;
};

TEST_F(ContainerConfigTest, CommandAndEnvironment) {
  image_.set_id("sha256:1");
  container_.add_command("echo");
  container_.add_args("$(A) $(B) $$(A)");
  const auto config = *make();
  EXPECT_EQ(config.image(), "sha256:1");
  EXPECT_THAT(config.command(), ElementsAre("echo"));
  EXPECT_THAT(config.args(), ElementsAre("1 $(B) $(A)"));
  ASSERT_EQ(config.env_size(), 1);
  EXPECT_EQ(config.env(0).key() + "=" + config.env(0).value(), "A=1");
  EXPECT_EQ(config.log_path(), "c/1.log");
  EXPECT_EQ(config.attempt(), 1u);
}

TEST_F(ContainerConfigTest, IsFoundByItsLabels) {
  QuantityValue::from_int(1).store((*container_.mutable_resources()->mutable_limits())["cpu"]);
  const auto config = *make();
  EXPECT_EQ(config.labels().at(kContainerName), "c");
  EXPECT_EQ(config.labels().at(kPodUid), "u1");
  EXPECT_EQ(config.annotations().at(kRestartCount), "1");
  EXPECT_EQ(config.annotations().at(kContainerKind), "regular");
  EXPECT_EQ(config.annotations().at(kContainerHash), container_hash(container_));
  EXPECT_EQ(config.annotations().at(kContainerResources), R"({"limits":{"cpu":"1"}})");
}

TEST_F(ContainerConfigTest, Volumes) {
  mount("/data");
  mount("relative").set_readonly(true);
  EXPECT_EQ(mounted_at("/data"), (root_ / "volume").string());
  EXPECT_EQ(mounted_at("/relative"), (root_ / "volume").string());
  container_.mutable_volumemounts(0)->set_name("none");
  EXPECT_EQ(make().status().message(), "volume \"none\" does not exist");
}

TEST_F(ContainerConfigTest, SubPaths) {
  fs::create_directory_symlink("/etc", root_ / "volume" / "way-out");
  fs::create_directory_symlink(root_ / "nowhere", root_ / "volume" / "dangling");
  fs::create_directory_symlink("a", root_ / "volume" / "inside");
  struct Case {
    std::string sub, expression, host, problem;
  };
  const std::string volume = (root_ / "volume").string();
  const std::string whose = "volumeMount \"v\" of container \"c\"";
  const std::string failed = "failed to create subPath directory for " + whose;
  const Case cases[] = {
      {"a/b", "", volume + "/a/b", ""},
      {"./a//c/", "", volume + "/a/c", ""},
      {"inside/d", "", volume + "/a/d", ""},
      {"", "x$(A)", volume + "/x1", ""},
      {"/etc", "", "", "error SubPath `/etc` must not be an absolute path"},
      {"../a", "", "", "unable to provision SubPath `../a`: must not contain '..'"},
      {"a/../../b", "", "", "unable to provision SubPath `a/../../b`: must not contain '..'"},
      {"way-out", "", "", "failed to prepare subPath for " + whose},
      {"way-out/kubus-test", "", "", failed},
      {"dangling/a", "", "", failed}};
  for (const Case& c : cases) {
    container_.clear_volumemounts();
    auto& wanted = mount("/data");
    wanted.set_subpath(c.sub);
    wanted.set_subpathexpr(c.expression);
    if (c.host.empty()) {
      EXPECT_EQ(make().code(), Code::kInvalid) << c.sub;
      EXPECT_EQ(make().status().message(), c.problem);
    } else {
      const auto shown = mounted_at("/data");
      EXPECT_TRUE(shown.starts_with(place_.pod_dir + "/volume-subpaths/v/c/")) << shown;
      EXPECT_TRUE(fs::equivalent(shown, c.host)) << c.sub;
    }
  }
  EXPECT_FALSE(fs::exists(root_ / "nowhere"));
  EXPECT_FALSE(fs::exists("/etc/kubus-test"));
}

TEST_F(ContainerConfigTest, SubPathsAreAsOpenAsTheirVolume) {
  const auto mode_of = [&](const std::string& below) {
    struct stat info {};
    EXPECT_EQ(::stat((root_ / "volume" / below).c_str(), &info), 0) << below;
    return info.st_mode & 07777;
  };
  const mode_t umask_before = ::umask(027);
  for (const mode_t mode : {0777u, 02777u, 01770u, 0755u}) {
    const std::string name = "m" + std::to_string(mode);
    container_.clear_volumemounts();
    mount("/data").set_subpath(name + "/below");
    ASSERT_EQ(::chmod((root_ / "volume").c_str(), mode), 0);
    ASSERT_TRUE(make().ok());
    EXPECT_EQ(mode_of(name), mode);
    EXPECT_EQ(mode_of(name + "/below"), mode);
  }
  container_.clear_volumemounts();
  mount("/data").set_subpath("m493");
  ASSERT_EQ(::chmod((root_ / "volume").c_str(), 0777), 0);
  ASSERT_TRUE(make().ok());
  EXPECT_EQ(mode_of("m493"), 0755u) << "what is there stays as it is";
  ::umask(umask_before);
}

TEST_F(ContainerConfigTest, HostsFileAndTerminationLog) {
  EXPECT_EQ(mounted_at("/etc/hosts"), (root_ / "pod/etc-hosts").string());
  EXPECT_EQ(mounted_at("/dev/termination-log"), (root_ / "pod/containers/c/1").string());
  mount("/etc/hosts");
  EXPECT_EQ(mounted_at("/etc/hosts"), (root_ / "volume").string());
  container_.set_terminationmessagepath("/tmp/why");
  EXPECT_EQ(mounted_at("/tmp/why"), (root_ / "pod/containers/c/1").string());
  container_.clear_volumemounts();
  pod_.mutable_spec()->set_hostnetwork(true);
  EXPECT_EQ(mounted_at("/etc/hosts"), "") << "the node's own";
}

TEST_F(ContainerConfigTest, TheContainersWordComesBeforeThePods) {
  auto& pod = *pod_.mutable_spec()->mutable_securitycontext();
  pod.set_runasuser(1000);
  pod.set_runasgroup(2000);
  pod.set_fsgroup(3000);
  pod.mutable_seccompprofile()->set_type("RuntimeDefault");
  auto security = make()->security();
  EXPECT_EQ(security.user(), 1000);
  EXPECT_EQ(security.group(), 2000);
  EXPECT_THAT(security.supplemental_groups(), ElementsAre(3000));
  EXPECT_EQ(security.seccomp().kind(), runtime::SeccompProfile::RUNTIME_DEFAULT);
  auto& own = *container_.mutable_securitycontext();
  own.set_runasuser(5);
  own.mutable_seccompprofile()->set_type("Unconfined");
  own.set_allowprivilegeescalation(false);
  own.mutable_capabilities()->add_drop("ALL");
  security = make()->security();
  EXPECT_EQ(security.user(), 5);
  EXPECT_EQ(security.seccomp().kind(), runtime::SeccompProfile::UNCONFINED);
  EXPECT_TRUE(security.no_new_privileges());
  EXPECT_THAT(security.capabilities().drop(), ElementsAre("ALL"));
}

TEST_F(ContainerConfigTest, NonRoot) {
  struct Case {
    std::int64_t run_as, image_uid;  // -1: not set
    std::string image_user, problem;
  };
  const std::string where = " (pod: \"web_shop(u1)\", container: c)";
  const Case cases[] = {
      {1000, 0, "", ""},
      {-1, 1000, "", ""},
      {0, 1000, "", "container's runAsUser breaks non-root policy" + where},
      {-1, 0, "", "container has runAsNonRoot and image will run as root" + where},
      {-1, -1, "nobody",
       "container has runAsNonRoot and image has non-numeric user (nobody), cannot verify user is "
       "non-root" +
           where},
  };
  for (const Case& c : cases) {
    auto& own = *container_.mutable_securitycontext();
    own.Clear();
    own.set_runasnonroot(true);
    if (c.run_as >= 0) own.set_runasuser(c.run_as);
    image_.Clear();
    if (c.image_uid >= 0) image_.set_uid(c.image_uid);
    image_.set_user_name(c.image_user);
    EXPECT_EQ(make().status().message(), c.problem);
  }
}

TEST_F(ContainerConfigTest, AnEphemeralContainerSharesTheProcessesOfItsTarget) {
  kind_ = ContainerKind::kEphemeral;
  target_ = "other";
  const auto namespaces = make()->security().namespaces();
  EXPECT_EQ(namespaces.pid(), runtime::TARGET);
  EXPECT_EQ(namespaces.target_id(), "other");
}

TEST_F(ContainerConfigTest, ControlGroupValues) {
  struct Case {
    std::string cpu_request, cpu_limit, memory_request, memory_limit;
    std::int64_t shares, quota, memory, oom;
  };
  const std::int64_t node = 1'000'000'000;
  const Case cases[] = {
      {"", "", "", "", 2, 0, 0, 1000},
      {"500m", "", "", "", 512, 0, 0, 999},
      {"", "250m", "", "100M", 256, 25'000, 100'000'000, -997},
      {"100m", "2", "100M", "200M", 102, 200'000, 200'000'000, 900},
      {"", "1m", "", "", 2, 1000, 0, 999},
  };
  for (const Case& c : cases) {
    core_v1::Pod pod = pod_;
    auto& container = *pod.mutable_spec()->add_containers();
    auto& resources = *container.mutable_resources();
    const auto set = [](auto& map, const char* name, const std::string& amount) {
      if (!amount.empty()) QuantityValue::parse(amount)->store(map[name]);
    };
    set(*resources.mutable_requests(), "cpu", c.cpu_request);
    set(*resources.mutable_requests(), "memory", c.memory_request);
    set(*resources.mutable_limits(), "cpu", c.cpu_limit);
    set(*resources.mutable_limits(), "memory", c.memory_limit);
    const auto out = container_resources(pod, container, node);
    EXPECT_EQ(out.cpu_shares(), c.shares) << c.cpu_request << c.cpu_limit;
    EXPECT_EQ(out.cpu_quota(), c.quota) << c.cpu_limit;
    EXPECT_EQ(out.memory_limit(), c.memory) << c.memory_limit;
    EXPECT_EQ(out.oom_score_adj(), c.oom) << c.cpu_request << c.cpu_limit << c.memory_request;
  }
}

}  // namespace
}  // namespace kubus::kubelet::test
