#include "layer.h"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "digest.h"
#include "image_builder.h"

namespace kubus::runtime_oci {
namespace {

using test::Compression;
using test::TarEntry;
using test::TempDir;

class LayerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "owners and whiteouts need root";
    std::filesystem::create_directory(dir_ / "root");
    std::filesystem::create_directory(dir_ / "outside");
    test::write_text(dir_ / "outside/secret", "secret");
  }

  Result<UnpackedLayer> unpack(const std::vector<TarEntry>& entries,
                               Compression compression = Compression::kNone) {
    test::write_tar(dir_ / "layer", entries, compression);
    return unpack_layer(dir_ / "layer", dir_ / "root", limits_);
  }
  struct stat look(const std::string& name) {
    struct stat info {};
    EXPECT_EQ(::lstat((dir_ / ("root/" + name)).c_str(), &info), 0) << name;
    return info;
  }
  bool present(const std::string& name) {
    struct stat info {};
    return ::lstat((dir_ / ("root/" + name)).c_str(), &info) == 0;
  }
  bool opaque(const std::string& name) {
    char value[8];
    return ::getxattr((dir_ / ("root/" + name)).c_str(), "trusted.overlay.opaque", value,
                      sizeof value) == 1;
  }
  void expect_outside_untouched() {
    EXPECT_EQ(test::read_text(dir_ / "outside/secret"), "secret");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_ / "outside"), {}), 1);
  }

  TempDir dir_;
  LayerLimits limits_;
};

TarEntry file(const std::string& path, const std::string& content = "x") {
  TarEntry entry;
  entry.path = path;
  entry.content = content;
  return entry;
}
TarEntry folder(const std::string& path) {
  TarEntry entry;
  entry.path = path;
  entry.mode = S_IFDIR | 0755;
  return entry;
}
TarEntry symlink_to(const std::string& path, const std::string& target) {
  TarEntry entry;
  entry.path = path;
  entry.mode = S_IFLNK | 0777;
  entry.link = target;
  return entry;
}
TarEntry hard_link_to(const std::string& path, const std::string& target) {
  TarEntry entry;
  entry.path = path;
  entry.hard_link = target;
  return entry;
}

TEST_F(LayerTest, KeepsContentModesOwnersTimesAndCapabilities) {
  auto tool = file("usr/bin/tool", "content");
  tool.mode = S_IFREG | 04755;
  tool.uid = 12;
  tool.gid = 34;
  auto capable = file("ping");
  capable.xattr_name = "security.capability";
  capable.xattr_value = std::string(
      "\x00\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00",
      20);
  for (const auto compression : {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    std::filesystem::remove_all(dir_ / "root");
    std::filesystem::create_directory(dir_ / "root");
    const auto layer =
        unpack({folder("./usr/"), folder("usr/bin"), tool, capable,
                symlink_to("link", "usr/bin/tool"), hard_link_to("hard", "usr/bin/tool")},
               compression);
    ASSERT_TRUE(layer.ok()) << layer.status().to_string();
    EXPECT_EQ(test::read_text(dir_ / "root/hard"), "content");
    const auto info = look("usr/bin/tool");
    EXPECT_EQ(info.st_mode & 07777, 04755u);
    EXPECT_EQ(info.st_uid, 12u);
    EXPECT_EQ(info.st_gid, 34u);
    EXPECT_EQ(info.st_nlink, 2u);
    EXPECT_EQ(info.st_mtim.tv_sec, 1'600'000'000);
    EXPECT_EQ(look("usr/bin").st_mtim.tv_sec, 1'600'000'000);
    char value[64];
    EXPECT_EQ(::getxattr((dir_ / "root/ping").c_str(), "security.capability", value, 64), 20);
    EXPECT_EQ(layer->blob_digest, *sha256_of_file(dir_ / "layer"));
    if (compression == Compression::kNone) EXPECT_EQ(layer->diff_id, layer->blob_digest);
  }
}

TEST_F(LayerTest, TranslatesWhiteoutsForOverlayfs) {
  ASSERT_TRUE(unpack({folder("a"), file("a/.wh.gone", ""), folder("b"), file("b/.wh..wh..opq", ""),
                      file("b/new"), file(".wh.top", ""), file(".wh..wh.plnk", "")})
                  .ok());
  EXPECT_TRUE(S_ISCHR(look("a/gone").st_mode));
  EXPECT_EQ(look("a/gone").st_rdev, makedev(0, 0));
  EXPECT_TRUE(S_ISCHR(look("top").st_mode));
  EXPECT_TRUE(opaque("b"));
  EXPECT_TRUE(present("b/new"));
  EXPECT_FALSE(present("a/.wh.gone"));
  EXPECT_FALSE(present(".wh..wh.plnk"));
}

TEST_F(LayerTest, AWhiteoutAndItsReplacementInOneLayerHideOnlyWhatLiesBelow) {
  ASSERT_TRUE(unpack({file(".wh.first", ""), folder("first"), file("first/x"), folder("second"),
                      file("second/x"), file(".wh.second", "")})
                  .ok());
  EXPECT_TRUE(opaque("first"));
  EXPECT_TRUE(opaque("second"));
  EXPECT_TRUE(present("first/x"));
  EXPECT_TRUE(present("second/x"));
}

TEST_F(LayerTest, RefusesNamesThatLeadOutside) {
  for (const std::string path : {"../outside/evil", "a/../../outside/evil", "..", "a/.."}) {
    const auto layer = unpack({file(path)});
    EXPECT_EQ(layer.code(), Code::kInvalid) << path;
  }
  ASSERT_TRUE(unpack({file("/abs/file")}).ok()) << "absolute names mean the layer's root";
  EXPECT_TRUE(present("abs/file"));
  expect_outside_untouched();
}

TEST_F(LayerTest, SymlinksCannotCarryAFileOutside) {
  const auto outside = dir_ / "outside";
  for (const std::string target :
       {outside, std::string("../outside"), std::string("../../../../tmp")})
    (void)unpack({symlink_to("door", target), file("door/evil")}).ok();
  expect_outside_untouched();
  EXPECT_FALSE(std::filesystem::exists("/tmp/evil"));
  ASSERT_FALSE(unpack({symlink_to("secret", outside + "/secret"), hard_link_to("copy", "secret"),
                       file("copy", "overwritten"), file("secret/x")})
                   .ok());
  expect_outside_untouched();
}

TEST_F(LayerTest, ALaterEntryReplacesASymlinkInsteadOfFollowingIt) {
  ASSERT_TRUE(unpack({symlink_to("file", dir_ / "outside/secret"), file("file", "mine")}).ok());
  EXPECT_TRUE(S_ISREG(look("file").st_mode));
  expect_outside_untouched();
}

TEST_F(LayerTest, RefusesHardLinksToWhatIsNotInTheLayer) {
  for (const auto& target : {std::string("../outside/secret"), dir_ / "outside/secret",
                             std::string("nothing"), std::string("/etc/shadow")})
    EXPECT_EQ(unpack({hard_link_to("link", target)}).code(), Code::kInvalid) << target;
  EXPECT_EQ(unpack({folder("d"), hard_link_to("link", "d")}).code(), Code::kInvalid);
  EXPECT_EQ(unpack({symlink_to("door", ".."), hard_link_to("link", "door/outside/secret")}).code(),
            Code::kInvalid);
}

TEST_F(LayerTest, DoesNotTakeOverlayAttributesFromALayer) {
  auto entry = file("file");
  entry.xattr_name = "trusted.overlay.redirect";
  entry.xattr_value = "/../../outside";
  ASSERT_TRUE(unpack({entry}).ok());
  char value[64];
  EXPECT_LT(::getxattr((dir_ / "root/file").c_str(), "trusted.overlay.redirect", value, 64), 0);
}

TEST_F(LayerTest, StopsAtTheLimits) {
  limits_.bytes = 1000;
  EXPECT_EQ(unpack({file("big", std::string(2000, 'x'))}).code(), Code::kRequestEntityTooLarge);
  limits_ = LayerLimits();
  limits_.entries = 3;
  EXPECT_EQ(unpack({file("1"), file("2"), file("3"), file("4")}).code(),
            Code::kRequestEntityTooLarge);
}

TEST_F(LayerTest, ADecompressionBombIsStopped) {
  limits_.bytes = 100'000;
  limits_.entries = 10;
  EXPECT_EQ(unpack({file("bomb", std::string(50'000'000, '\0'))}, Compression::kGzip).code(),
            Code::kRequestEntityTooLarge);
}

TEST_F(LayerTest, RubbishIsAnErrorAndNothingIsAnEmptyLayer) {
  test::write_text(dir_ / "layer", std::string(5000, 'j'));
  EXPECT_FALSE(unpack_layer(dir_ / "layer", dir_ / "root", limits_).ok());
  std::string cut = "\x1f\x8b\x08";
  test::write_text(dir_ / "layer", cut);
  EXPECT_FALSE(unpack_layer(dir_ / "layer", dir_ / "root", limits_).ok());
  EXPECT_TRUE(unpack({}).ok());
}

TEST_F(LayerTest, DirectoriesAndFilesReplaceEachOther) {
  ASSERT_TRUE(unpack({folder("x"), file("x/inside"), file("x", "now a file"), file("y"),
                      folder("y"), file("y/inside")})
                  .ok());
  EXPECT_TRUE(S_ISREG(look("x").st_mode));
  EXPECT_TRUE(S_ISDIR(look("y").st_mode));
}

TEST(LayerPath, IsMadeClean) {
  EXPECT_EQ(*clean_layer_path("./a//b/./c/"), "a/b/c");
  EXPECT_EQ(*clean_layer_path("/"), "");
  EXPECT_EQ(*clean_layer_path("..a/b.."), "..a/b..");
  EXPECT_FALSE(clean_layer_path("a/../b").ok());
  EXPECT_FALSE(clean_layer_path(std::string(300, 'x')).ok());
  EXPECT_FALSE(clean_layer_path(std::string_view("a\0b", 3)).ok());
}

}  // namespace
}  // namespace kubus::runtime_oci
