#include "image_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "digest.h"
#include "image_builder.h"

namespace kubus::runtime_oci {
namespace {

using test::ImageSpec;
using test::TarEntry;
using test::TempDir;

TarEntry file(const std::string& path, const std::string& content) {
  TarEntry entry;
  entry.path = path;
  entry.content = content;
  return entry;
}

class ImageStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "owners of files need root";
    open();
  }
  void open() {
    store_.reset();
    auto opened = ImageStore::open(dir_ / "images", {});
    ASSERT_TRUE(opened.ok()) << opened.status().to_string();
    store_ = std::move(*opened);
  }
  ImageSpec spec(const std::string& name, const std::string& content = "same") {
    ImageSpec image;
    image.layers = {{file("base", "base")}, {file("top", content)}};
    image.config = R"({"Cmd":["/run"],"User":"1000","Labels":{"a":"b"}})";
    image.name = name;
    return image;
  }
  Result<std::vector<runtime::Image>> load(const ImageSpec& image, const std::string& name = "") {
    test::write_oci_archive(dir_ / "archive.tar", image);
    return store_->load(dir_ / "archive.tar", name);
  }
  std::size_t count(const std::string& sub) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(dir_ / ("images/" + sub)), {}));
  }
  TempDir dir_;
  std::unique_ptr<ImageStore> store_;
};

TEST_F(ImageStoreTest, LoadsAnOciArchiveAndFindsItByEveryName) {
  const auto loaded = load(spec("demo:1"));
  ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
  ASSERT_EQ(loaded->size(), 1u);
  const auto& image = loaded->front();
  ASSERT_EQ(image.repo_tags_size(), 1);
  EXPECT_EQ(image.repo_tags(0), "docker.io/library/demo:1");
  EXPECT_EQ(image.uid(), 1000);
  EXPECT_EQ(image.labels().at("a"), "b");
  for (const auto& name : {std::string("demo:1"), std::string("docker.io/library/demo:1"),
                           image.id(), image.id().substr(7, 12), image.id().substr(0, 20)})
    EXPECT_EQ(store_->find(name)->id(), image.id()) << name;
  for (const char* name : {"demo", "demo:2", "abc", "", "sha256:"})
    EXPECT_EQ(store_->find(name).code(), Code::kNotFound) << name;
  const auto lease = store_->acquire("demo:1");
  ASSERT_TRUE(lease.ok());
  ASSERT_EQ(lease->lowers.size(), 2u);
  EXPECT_EQ(test::read_text(lease->lowers[0] + "/top"), "same") << "uppermost first";
  EXPECT_EQ(test::read_text(lease->lowers[1] + "/base"), "base");
}

TEST_F(ImageStoreTest, LoadsADockerArchiveAsTheSameImage) {
  const auto oci = load(spec("demo:1"));
  ASSERT_TRUE(oci.ok());
  test::write_docker_archive(dir_ / "docker.tar", spec("other:2"));
  const auto docker = store_->load(dir_ / "docker.tar", "");
  ASSERT_TRUE(docker.ok()) << docker.status().to_string();
  EXPECT_EQ(docker->front().id(), oci->front().id());
  EXPECT_EQ(docker->front().repo_tags_size(), 2);
  EXPECT_EQ(count("layers"), 3u) << "two layers and the empty one";
}

TEST_F(ImageStoreTest, LayersAreSharedAndGoWithTheLastImage) {
  const auto first = load(spec("one:1", "first"));
  const auto second = load(spec("two:1", "second"));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(count("layers"), 4u);
  EXPECT_TRUE(store_->remove("one:1")->image);
  EXPECT_EQ(count("layers"), 3u);
  EXPECT_TRUE(store_->find("two:1").ok());
  EXPECT_TRUE(store_->remove("two:1")->image);
  EXPECT_EQ(count("layers"), 1u);
  EXPECT_EQ(count("blobs/sha256"), 0u);
  EXPECT_EQ(store_->remove("two:1").code(), Code::kNotFound);
}

TEST_F(ImageStoreTest, ATagMovesToTheNewImageAndGoesAlone) {
  const auto old = load(spec("app:latest", "old"));
  const auto next = load(spec("app:latest", "new"));
  ASSERT_TRUE(old.ok() && next.ok());
  EXPECT_EQ(store_->find("app")->id(), next->front().id());
  EXPECT_EQ(store_->find(old->front().id())->repo_tags_size(), 0);
  ASSERT_TRUE(load(spec("app:latest", "new"), "app:v2").ok());
  EXPECT_FALSE(store_->remove("app:latest")->image);
  EXPECT_TRUE(store_->find("app:v2").ok());
  EXPECT_EQ(store_->find("app:latest").code(), Code::kNotFound);
}

TEST_F(ImageStoreTest, IsTheSameAfterReopeningAndSweepsWhatItDoesNotKnow) {
  const auto image = load(spec("demo:1"));
  ASSERT_TRUE(image.ok());
  store_.reset();
  std::filesystem::create_directories(dir_ / "images/layers/77/junk");
  std::filesystem::create_directories(dir_ / "images/ingest/old");
  test::write_text(dir_ / "images/blobs/sha256/junk", "x");
  open();
  EXPECT_EQ(store_->list().size(), 1u);
  EXPECT_EQ(store_->find("demo:1")->SerializeAsString().size(),
            image->front().SerializeAsString().size());
  EXPECT_FALSE(std::filesystem::exists(dir_ / "images/layers/77"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "images/ingest/old"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "images/blobs/sha256/junk"));
}

TEST_F(ImageStoreTest, AnImageInUseStaysAndUnusedOnesAreListedOldestFirst) {
  ASSERT_TRUE(load(spec("one:1", "1")).ok());
  ASSERT_TRUE(load(spec("two:1", "2")).ok());
  const auto lease = store_->acquire("one:1");
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(store_->remove("one:1").code(), Code::kConflict);
  EXPECT_EQ(store_->unused(INT64_MAX), std::vector<std::string>{store_->find("two:1")->id()});
  store_->release(lease->image.id);
  EXPECT_EQ(store_->unused(INT64_MAX),
            (std::vector<std::string>{store_->find("two:1")->id(), lease->image.id}));
  EXPECT_TRUE(store_->unused(0).empty());
  EXPECT_TRUE(store_->remove("one:1").ok());
}

// Rewrites a file of an archive that was unpacked to a map by name.
std::string damaged(std::string archive, const std::string& from, const std::string& to) {
  for (auto at = archive.find(from); at != std::string::npos; at = archive.find(from, at + 1))
    archive.replace(at, from.size(), to);
  return archive;
}

TEST_F(ImageStoreTest, DamagedArchivesAreRefusedAndLeaveNothing) {
  auto image = spec("demo:1", "precious content");
  image.compression = test::Compression::kNone;
  test::write_oci_archive(dir_ / "good.tar", image);
  const auto good = test::read_text(dir_ / "good.tar");
  const std::pair<std::string, std::string> changes[] = {
      {"precious content", "forged   content"},  // a layer
      {"\"/run\"", "\"/evl\""},                  // the configuration
      {"layer.v1.tar", "layer.v1.tax"},          // the manifest
      {"manifests", "manifestz"}};               // the index
  for (const auto& [from, to] : changes) {
    test::write_text(dir_ / "bad.tar", damaged(good, from, to));
    EXPECT_FALSE(store_->load(dir_ / "bad.tar", "").ok()) << from;
    EXPECT_TRUE(store_->list().empty()) << from;
    EXPECT_EQ(count("layers"), 1u) << from;
    EXPECT_EQ(count("ingest"), 0u) << from;
  }
  test::write_text(dir_ / "bad.tar", good.substr(0, good.size() / 2));
  EXPECT_FALSE(store_->load(dir_ / "bad.tar", "").ok());
  EXPECT_EQ(store_->load(dir_ / "absent.tar", "").code(), Code::kNotFound);
  test::write_text(dir_ / "bad.tar", "");
  EXPECT_FALSE(store_->load(dir_ / "bad.tar", "").ok());
  EXPECT_TRUE(store_->load(dir_ / "good.tar", "").ok());
  EXPECT_EQ(store_->load(dir_ / "good.tar", "Not A Name").code(), Code::kInvalid);
}

TEST_F(ImageStoreTest, AnImageWithoutLayersHasTheEmptyOne) {
  ImageSpec image;
  image.name = "scratch:1";
  ASSERT_TRUE(load(image).ok());
  EXPECT_EQ(store_->acquire("scratch:1")->lowers.size(), 1u);
}

TEST(ImageIndex, RefusesRubbish) {
  for (const char* text : {"", "{}", "[]", R"({"version":2})", R"({"version":1,"next_layer":"x"})"})
    EXPECT_FALSE(ImageIndex::from_json(text).ok()) << text;
  EXPECT_TRUE(ImageIndex::from_json(ImageIndex().to_json()).ok());
}

}  // namespace
}  // namespace kubus::runtime_oci
