#include "volumes/volumes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "objects.h"

namespace kubus::kubelet::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class VolumesTest : public testing::Test {
 protected:
  VolumesTest() {
    std::string name = (fs::temp_directory_path() / "kubus-volumes-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    pod_.mutable_metadata()->set_namespace_("default");
    pod_.mutable_metadata()->set_uid("u1");
    auto& volume = *pod_.mutable_spec()->add_volumes();
    volume.set_name("v");
    volume.mutable_volumesource()->mutable_configmap()->mutable_localobjectreference()->set_name(
        "m");
  }
  ~VolumesTest() override { fs::remove_all(root_); }

  static std::string read(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  fs::path root_;
  core_v1::Pod pod_;
  Objects objects_;
};

TEST_F(VolumesTest, AVolumeThatWasNeverMadeStopsThePod) {
  Volumes volumes(root_);
  EXPECT_EQ(volumes.set_up(pod_, objects_.source(), {}).status().message(),
            "MountVolume.SetUp failed for volume \"v\" : configmap \"m\" not found");
}

TEST_F(VolumesTest, AVolumeWhoseObjectVanishedShowsWhatItHad) {
  Volumes volumes(root_);
  objects_.config_maps["m"] = {{"k", "1"}};
  auto made = volumes.set_up(pod_, objects_.source(), {});
  ASSERT_TRUE(made.ok());
  EXPECT_THAT(made->problems, IsEmpty());
  const std::string path = made->paths.at("v");
  EXPECT_EQ(read(path + "/k"), "1");
  objects_.config_maps.clear();
  made = volumes.set_up(pod_, objects_.source(), {});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->paths.at("v"), path);
  EXPECT_EQ(read(path + "/k"), "1");
  EXPECT_THAT(made->problems,
              ElementsAre("MountVolume.SetUp failed for volume \"v\" : configmap \"m\" not found"));
  objects_.config_maps["m"] = {{"k", "2"}};
  made = volumes.set_up(pod_, objects_.source(), {});
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(read(path + "/k"), "2");
}

TEST_F(VolumesTest, NothingOfAPodIsLeft) {
  Volumes volumes(root_);
  objects_.config_maps["m"] = {{"k", "1"}};
  ASSERT_TRUE(volumes.set_up(pod_, objects_.source(), {}).ok());
  EXPECT_THAT(volumes.pods(), ElementsAre("u1"));
  EXPECT_TRUE(volumes.tear_down("u1").ok());
  EXPECT_THAT(volumes.pods(), IsEmpty());
  EXPECT_TRUE(volumes.tear_down("u1").ok()) << "once more is no error";
}

}  // namespace
}  // namespace kubus::kubelet::test
