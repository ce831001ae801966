// A disk that fills up and a file that cannot be written: a clear error, reads go on, and the next
// write that can be done is.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "engine_store.h"
#include "scratch.h"
#include "storage_cases.h"

namespace kubus::fault {
namespace {

using contract::must_event;
using contract::must_put;
using contract::must_range;
using contract::must_watch;
using contract::range_of;
using contract::text_of;
using contract::Txn;
using contract::watch_of;
using storage_sqlite::EngineOptions;
using storage_sqlite::EngineStore;
using storage_sqlite::must_open;
using storage_sqlite::Scratch;

// A file system of 8 MB that only this process sees and that ends with it.
class SmallDisk {
 public:
  SmallDisk() : path_(scratch_.file("disk")) {
    std::filesystem::create_directory(path_);
    usable_ = ::unshare(CLONE_NEWNS) == 0 &&
              ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
              ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=8m") == 0;
  }
  ~SmallDisk() {
    if (usable_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool usable() const { return usable_; }
  std::string file(const char* name = "store.db") const { return path_ + "/" + name; }
  // Takes what space there is.
  void fill() {
    std::ofstream ballast(file("ballast"), std::ios::binary | std::ios::app);
    const std::string block(4096, 'x');
    while (ballast.write(block.data(), static_cast<std::streamsize>(block.size())).flush())
      continue;
  }
  void clear() { std::filesystem::remove(file("ballast")); }

 private:
  Scratch scratch_;
  std::string path_;
  bool usable_ = false;
};

std::unique_ptr<storage_sqlite::Engine> open_at(const std::string& path) {
  EngineOptions options;
  options.path = path;
  return must_open(std::move(options));
}

// Writes until it fails; the failure. `made` counts the acknowledged ones.
Status write_until_refused(EngineStore& store, int* made) {
  const std::string value(64 * 1024, 'v');
  while (*made < 10'000) {
    auto done = store.txn(Txn().put("k" + std::to_string(*made), value).request());
    if (!done.ok()) return done.status();
    ++*made;
  }
  return {};
}

TEST(StorageDisk, AFullDiskRefusesWritesUntilThereIsSpace) {
  SmallDisk disk;
  if (!disk.usable()) GTEST_SKIP() << "needs the right to mount";
  auto engine = open_at(disk.file());
  EngineStore store(*engine);
  int made = 0;
  must_put(store, "a", "1");
  auto watch = must_watch(store, watch_of("z", {}));
  ASSERT_TRUE(watch);
  for (int round = 0; round < 3; ++round) {
    disk.fill();
    const Status refused = write_until_refused(store, &made);
    EXPECT_EQ(refused.code(), Code::kServiceUnavailable);
    EXPECT_THAT(refused.message(), ::testing::HasSubstr("no space left"));
    EXPECT_FALSE(store.status()->writable());
    EXPECT_EQ(store.status()->error(), refused.message());
    const auto head = store.status()->revision();
    EXPECT_EQ(text_of(must_range(store, range_of("a"))), "a=1");
    EXPECT_EQ(must_range(store, range_of("k", "l")).count(), made);
    disk.clear();
    EXPECT_EQ(must_put(store, "z", std::to_string(round)), head + 1);
    EXPECT_EQ(text_of(must_event(*watch).events(0)), "put z=" + std::to_string(round));
    EXPECT_TRUE(store.status()->writable());
  }
}

TEST(StorageDisk, OneRequestThatDoesNotFitDoesNotFailItsGroup) {
  SmallDisk disk;
  if (!disk.usable()) GTEST_SKIP() << "needs the right to mount";
  auto engine = open_at(disk.file());
  EngineStore store(*engine);
  must_put(store, "a", "1");
  Txn huge;
  for (int i = 0; i < 10; ++i) huge.put("h" + std::to_string(i), std::string(2 << 20, 'x'));
  std::atomic<int> good = 0;
  std::atomic<int> bad = 0;
  for (int i = 0; i < 20; ++i)
    engine->txn(i == 10 ? huge.request() : Txn().put("k" + std::to_string(i), "1").request(),
                [&](auto result) { result.ok() ? ++good : ++bad; });
  must_put(store, "b", "1");
  EXPECT_EQ(good, 19);
  EXPECT_EQ(bad, 1);
  EXPECT_EQ(must_range(store, range_of("h", "i")).count(), 0);
}

TEST(StorageDisk, AStoreThatWasFullOpensAgain) {
  SmallDisk disk;
  if (!disk.usable()) GTEST_SKIP() << "needs the right to mount";
  int made = 0;
  {
    auto engine = open_at(disk.file());
    EngineStore store(*engine);
    EXPECT_FALSE(write_until_refused(store, &made).ok());
  }
  auto engine = open_at(disk.file());
  ASSERT_TRUE(engine);
  EngineStore store(*engine);
  EXPECT_EQ(must_range(store, range_of("k", "l")).count(), made);
}

// What a read-only file system does to open files, without having to break one.
class Immutable {
 public:
  explicit Immutable(std::string path) : path_(std::move(path)) { done_ = set(true); }
  ~Immutable() {
    if (done_) set(false);
  }
  bool done() const { return done_; }

 private:
  bool set(bool on) {
    const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    int flags = 0;
    bool ok = ::ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
    flags = on ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
    ok = ok && ::ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
    ::close(fd);
    return ok;
  }
  std::string path_;
  bool done_ = false;
};

TEST(StorageDisk, AReadOnlyFileRefusesWritesUntilItIsWritableAgain) {
  Scratch scratch;
  auto engine = open_at(scratch.file());
  EngineStore store(*engine);
  must_put(store, "a", "1");
  auto watch = must_watch(store, watch_of("a", {}));
  ASSERT_TRUE(watch);
  must_put(store, "a", "2");
  const auto head = store.status()->revision();
  {
    // A second copy of the flag keeps the log from being written anew beside the file.
    const Immutable log(scratch.file("store.db-wal"));
    const Immutable file(scratch.file());
    if (!log.done() || !file.done()) GTEST_SKIP() << "this file system has no immutable files";
    for (int attempt = 0; attempt < 3; ++attempt) {
      auto refused = store.txn(Txn().put("a", "3").request());
      EXPECT_EQ(refused.code(), Code::kServiceUnavailable);
      EXPECT_THAT(refused.status().message(), ::testing::HasSubstr("read-only"));
      EXPECT_FALSE(store.status()->writable());
      EXPECT_EQ(text_of(must_range(store, range_of("a"))), "a=2");
    }
  }
  EXPECT_EQ(must_put(store, "a", "4"), head + 1);
  EXPECT_TRUE(store.status()->writable());
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=2");
  EXPECT_EQ(text_of(must_event(*watch).events(0)), "put a=4");
}

}  // namespace
}  // namespace kubus::fault
