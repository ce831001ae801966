#include <atomic>
#include <chrono>
#include <iostream>

#include "proxy_test.h"
#include "rule_watch.h"

namespace kubus::proxy_nftables {
namespace {

// Asks again and again, in the background, until stopped.
class Stream {
 public:
  Stream(const Space* from, std::string address, int port)
      : thread_([this, from, address = std::move(address), port] {
          const auto run = [&] {
            while (!stop_) {
              const std::string answer = ask(nullptr, address, port);
              ++count_;
              if (answer.find(' ') == std::string::npos) failures_ += answer + "\n";
            }
          };
          from->run(run);
        }) {}
  ~Stream() { finish(); }
  // What failed.
  std::string finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return failures_;
  }
  int count() const { return count_; }
  void wait_for(int more) const {
    const int target = count_ + more;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (count_ < target && std::chrono::steady_clock::now() < deadline) sched_yield();
  }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<int> count_ = 0;
  std::string failures_;
  std::thread thread_;
};

class UpdateTest : public ProxyTest {
 protected:
  void add_others(int from, int to) {
    for (int i = from; i < to; ++i) {
      const std::string name = "other" + std::to_string(i);
      const std::string ip = "10.97." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1);
      put(service(name, ip, 80), {"10.244.3.1", "10.244.3.2", "10.244.3.3"}, 8080);
    }
  }
};

TEST_F(UpdateTest, NoConnectionFailsWhileTheServicesAroundItChange) {
  serve({2, 3}, 8080);
  put(service("web", "10.96.0.1", 80), {address(2), address(3)}, 8080);
  sync();
  Stream stream(&pod(5), "10.96.0.1", 80);
  for (int round = 0; round < 20; ++round) {
    add_others(round * 5, round * 5 + 5);
    sync();
    stream.wait_for(3);
    for (int i = 0; i < round; ++i) proxy_->remove_service("default/other" + std::to_string(i));
    sync();
    stream.wait_for(3);
  }
  EXPECT_GT(stream.count(), 100);
  EXPECT_EQ(stream.finish(), "");
}

TEST_F(UpdateTest, NoConnectionFailsWhileItsOwnEndpointsComeAndGo) {
  serve({2, 3, 4}, 8080);
  const Service web = service("web", "10.96.0.1", 80);
  put(web, {address(2)}, 8080);
  sync();
  Stream stream(&pod(5), "10.96.0.1", 80);
  for (int round = 0; round < 30; ++round) {
    for (const auto& addresses : {std::vector<std::string>{address(2), address(3), address(4)},
                                  {address(4)},
                                  {address(3), address(2)},
                                  {address(2)}}) {
      put(web, addresses, 8080);
      sync();
    }
    stream.wait_for(3);
  }
  EXPECT_EQ(stream.finish(), "");
}

TEST_F(UpdateTest, NoConnectionFailsWhileASuccessorTakesOver) {
  serve({2, 3}, 8080);
  const Service web = service("web", "10.96.0.1", 80);
  put(web, {address(2), address(3)}, 8080);
  sync();
  Stream stream(&pod(5), "10.96.0.1", 80);
  for (int round = 0; round < 20; ++round) {
    proxy_ = make_proxy();
    put(web, {address(2), address(3)}, 8080);
    EXPECT_TRUE(sync().full);
    stream.wait_for(3);
  }
  EXPECT_EQ(stream.finish(), "");
}

TEST_F(UpdateTest, AnInstanceThatWasReplacedDoesNothingMore) {
  serve({2, 3}, 8080);
  const Service web = service("web", "10.96.0.1", 80);
  put(web, {address(2)}, 8080);
  sync();
  auto old = std::move(proxy_);
  proxy_ = make_proxy();
  put(web, {address(2)}, 8080);
  sync();
  old->set_slice("default/web-1", slice("web", {address(3)}, 8080));
  const auto report = old->sync();
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->superseded);
  EXPECT_TRUE(old->remove_all().ok());
  EXPECT_EQ(answers(&pod(5), "10.96.0.1", 80), Names{"2"});
}

TEST_F(UpdateTest, RecoversWhenItsRulesWereFlushed) {
  serve({2}, 8080);
  put(service("web", "10.96.0.1", 80), {address(2)}, 8080);
  sync();
  shell("nft flush ruleset");
  put(service("api", "10.96.0.2", 80), {address(2)}, 8080);
  const auto report = proxy_->sync();
  ASSERT_TRUE(report.ok()) << report.status().to_string();
  EXPECT_NE(report->recovered_from, "");
  EXPECT_EQ(ask(&pod(5), "10.96.0.1", 80), "2 10.244.0.5");
  EXPECT_TRUE(proxy_->tables_present());
  shell("nft flush ruleset");
  EXPECT_FALSE(proxy_->tables_present());
  proxy_->distrust();
  EXPECT_TRUE(sync().full);
  EXPECT_EQ(ask(&pod(5), "10.96.0.2", 80), "2 10.244.0.5");
}

TEST_F(UpdateTest, HearsOfRemovedTables) {
  auto watch = RuleWatch::open();
  ASSERT_TRUE(watch.ok()) << watch.status().to_string();
  shell("nft add table ip other");
  put(service("web", "10.96.0.1", 80), {address(2)}, 8080);
  proxy_->set_service(service("api", "10.96.0.2", 80));
  watch->table_removed();
  sync();
  EXPECT_FALSE(watch->table_removed());
  shell("nft delete table ip other");
  EXPECT_TRUE(watch->table_removed());
  EXPECT_TRUE(proxy_->tables_present());
}

TEST_F(UpdateTest, LeavesOtherTablesAloneAndRemovesItsOwn) {
  put(service("web", "10.96.0.1", 80), {address(2)}, 8080);
  put(service("six", "fd00:96::1", 80), {"fd00:244::2"}, 8080);
  sync();
  EXPECT_TRUE(shell("nft list table ip kubus-proxy > /dev/null"));
  ASSERT_TRUE(proxy_->remove_all().ok());
  EXPECT_TRUE(shell("test \"$(nft list tables)\" = 'table inet lab'"));
  EXPECT_TRUE(proxy_->remove_all().ok());
}

TEST_F(UpdateTest, ReportsHowLongProgrammingTakes) {
  using Clock = std::chrono::steady_clock;
  const auto time = [this](const char* what) {
    const auto begin = Clock::now();
    const auto report = sync();
    const double took = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    std::cout << "{\"name\":\"" << what << "\",\"value\":" << took
              << ",\"unit\":\"ms\",\"bytes\":" << report.bytes << "}\n";
  };
  add_others(0, 1000);
  time("proxy_program_1000_services");
  add_others(1000, 1001);
  time("proxy_add_one_to_1000");
  put(service("other7", "10.97.0.8", 80), {"10.244.3.1", "10.244.3.3"}, 8080);
  time("proxy_change_one_of_1000");
  add_others(1001, 5000);
  time("proxy_add_4000_to_1000");
  add_others(5000, 5001);
  time("proxy_add_one_to_5000");
}

}  // namespace
}  // namespace kubus::proxy_nftables
