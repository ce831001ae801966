#include "lease_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

namespace kubus::flannel {
namespace {

class LeaseStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "leases.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path() const { return directory_ + "/leases"; }
  std::unique_ptr<LeaseStore> open(const char* range = "10.1.0.0/24") {
    auto store = LeaseStore::open(path(), *Ipv4Range::parse(range));
    EXPECT_TRUE(store.ok()) << store.status().to_string();
    return store.ok() ? std::move(*store) : nullptr;
  }
  std::string contents() const {
    std::stringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }

  std::string directory_;
};

std::string address_of(const Result<LeaseStore::Acquired>& acquired) {
  return acquired.ok() ? acquired->lease.address.str() : acquired.status().to_string();
}

TEST_F(LeaseStoreTest, ASandboxKeepsItsAddressOverRestarts) {
  const HostPort port{"tcp", 80, 8080, {}};
  EXPECT_EQ(address_of(open()->acquire("a", {port})), "10.1.0.2");
  EXPECT_EQ(address_of(open()->acquire("b", {})), "10.1.0.3");
  auto store = open();
  const auto again = store->acquire("a", {});
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->fresh);
  EXPECT_EQ(again->lease, (Lease{*Ipv4::parse("10.1.0.2"), "a", {port}}));
}

TEST_F(LeaseStoreTest, ReleaseIsRememberedAndRepeatable) {
  auto store = open();
  ASSERT_TRUE(store->acquire("a", {}).ok());
  EXPECT_TRUE(store->release("a")->has_value());
  EXPECT_FALSE(store->release("a")->has_value());
  EXPECT_FALSE(store->release("never seen")->has_value());
  EXPECT_TRUE(open()->leases()->empty());
  EXPECT_EQ(address_of(open()->acquire("b", {})), "10.1.0.3") << "reused too early";
}

TEST_F(LeaseStoreTest, RefusesTheSameHostPortTwice) {
  auto store = open();
  const HostPort any{"tcp", 80, 8080, {}};
  ASSERT_TRUE(store->acquire("a", {any}).ok());
  HostPort one = any;
  one.host_ip = *Ipv4::parse("192.0.2.1");
  EXPECT_EQ(store->acquire("b", {one}).code(), Code::kConflict);
  HostPort udp = any;
  udp.protocol = "udp";
  EXPECT_TRUE(store->acquire("c", {udp}).ok());
}

TEST_F(LeaseStoreTest, RefusesIdsThatCannotStandInAFile) {
  auto store = open();
  for (const char* id : {"", "a b", "a/b", "a\nb"})
    EXPECT_EQ(store->acquire(id, {}).code(), Code::kInvalid) << id;
}

TEST_F(LeaseStoreTest, SaysThatTheRangeIsUsedUp) {
  auto store = open("10.1.0.0/30");
  EXPECT_EQ(address_of(store->acquire("a", {})), "10.1.0.2");
  EXPECT_EQ(store->acquire("b", {}).code(), Code::kTooManyRequests);
}

TEST_F(LeaseStoreTest, TwoStoresOnOneFileNeverGiveTheSameAddress) {
  auto one = open(), two = open();
  std::set<std::string> seen;
  for (int i = 0; i < 40; ++i) {
    auto& store = i % 2 ? one : two;
    EXPECT_TRUE(seen.insert(address_of(store->acquire("s" + std::to_string(i), {}))).second);
  }
  EXPECT_EQ(one->leases()->size(), 40u);
}

TEST_F(LeaseStoreTest, CutsOffAHalfWrittenRecord) {
  ASSERT_TRUE(open()->acquire("a", {}).ok());
  const std::string whole = contents();
  for (const std::string& tail : {std::string("1234"), whole.substr(0, whole.size() - 1),
                                  std::string("00000000 take 10.1.0.9 z -\n")}) {
    std::ofstream(path(), std::ios::app) << tail;
    EXPECT_EQ(open()->leases()->size(), 1u);
    EXPECT_EQ(contents(), whole);
  }
}

TEST_F(LeaseStoreTest, RefusesAFileDamagedInTheMiddle) {
  ASSERT_TRUE(open()->acquire("a", {}).ok());
  ASSERT_TRUE(open()->acquire("b", {}).ok());
  std::string text = contents();
  text[12] ^= 1;
  std::ofstream(path(), std::ios::trunc) << text;
  EXPECT_EQ(LeaseStore::open(path(), *Ipv4Range::parse("10.1.0.0/24")).code(),
            Code::kInternalError);
}

TEST_F(LeaseStoreTest, StaysSmallAndInOrderOverManyLeases) {
  auto store = open("10.1.0.0/28");
  auto other = open("10.1.0.0/28");
  ASSERT_TRUE(store->acquire("stays", {{"udp", 53, 53, {}}}).ok());
  std::string last;
  for (int i = 0; i < 700; ++i) {
    const std::string id = "s" + std::to_string(i);
    last = address_of(store->acquire(id, {}));
    ASSERT_TRUE(store->release(id).ok());
  }
  EXPECT_LT(contents().size(), 80'000u);
  EXPECT_EQ(other->leases()->size(), 1u);
  EXPECT_EQ(other->leases()->front().ports.size(), 1u);
  // The one released last is the last to come back.
  for (int i = 0; i < 11; ++i)
    EXPECT_NE(address_of(other->acquire("n" + std::to_string(i), {})), last);
  EXPECT_EQ(address_of(other->acquire("n11", {})), last);
}

// A child acquires and releases until it is killed, telling each outcome through a pipe.
[[noreturn]] void churn(const std::string& path, int out, int round) {
  auto store = LeaseStore::open(path, *Ipv4Range::parse("10.1.0.0/24"));
  if (!store.ok()) _exit(2);
  for (int i = 0;; ++i) {
    const std::string id = "r" + std::to_string(round) + "-" + std::to_string(i);
    const auto got = (*store)->acquire(id, {});
    if (!got.ok()) _exit(3);
    const std::string line = id + " " + got->lease.address.str() + "\n";
    if (write(out, line.data(), line.size()) < 0) _exit(4);
    if (i % 3 == 0) continue;
    if (!(*store)->release(id).ok()) _exit(5);
    const std::string gone = id + " -\n";
    if (write(out, gone.data(), gone.size()) < 0) _exit(4);
  }
}

TEST_F(LeaseStoreTest, SurvivesKillAtAnyMoment) {
  std::minstd_rand random(7);
  std::map<std::string, std::string> told;  // acknowledged and not acknowledged as released
  for (int round = 0; round < 30; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    const pid_t child = fork();
    if (child == 0) churn(path(), pipe_fds[1], round);
    close(pipe_fds[1]);
    const std::size_t enough = 1 + random() % 600;
    std::string heard;
    char block[512];
    while (heard.size() < enough) {
      const ssize_t got = read(pipe_fds[0], block, sizeof block);
      if (got <= 0) break;
      heard.append(block, static_cast<std::size_t>(got));
    }
    kill(child, SIGKILL);
    for (ssize_t got; (got = read(pipe_fds[0], block, sizeof block)) > 0;)
      heard.append(block, static_cast<std::size_t>(got));
    close(pipe_fds[0]);
    int state = 0;
    waitpid(child, &state, 0);
    ASSERT_TRUE(WIFSIGNALED(state)) << WEXITSTATUS(state);

    std::istringstream lines(heard);
    for (std::string id, address; lines >> id >> address;) {
      if (address == "-")
        told.erase(id);
      else
        told[id] = address;
    }
    std::map<std::string, std::string> held;
    std::set<std::string> addresses;
    auto store = open();
    const auto leases = store->leases();
    ASSERT_TRUE(leases.ok()) << leases.status().to_string();
    for (const auto& lease : *leases) {
      held[lease.sandbox] = lease.address.str();
      EXPECT_TRUE(addresses.insert(lease.address.str()).second) << "given twice";
    }
    for (const auto& [id, address] : told) {
      // The last release may have taken effect without being told of.
      if (!held.contains(id)) {
        EXPECT_EQ(id.substr(0, id.find('-')), "r" + std::to_string(round)) << id << " was lost";
        continue;
      }
      EXPECT_EQ(held[id], address);
    }
    for (const auto& [id, address] : held) ASSERT_TRUE(store->release(id).ok());
    told.clear();
  }
}

}  // namespace
}  // namespace kubus::flannel
