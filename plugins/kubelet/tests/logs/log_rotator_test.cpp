// When logs are rotated: whoever writes as it likes, the files stay within their bounds.
#include "logs/log_rotator.h"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "fake_node.h"

namespace kubus::kubelet::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kMax = 1'000;

class LogRotatorTest : public ::testing::Test {
 protected:
  LogRotatorTest() { start(kMax); }
  void start(std::int64_t max) {
    rotator_.reset();
    rotator_ = std::make_unique<LogRotator>(
        node_.context(), LogLimits{.max_bytes = max, .max_files = 3, .interval = 50ms},
        [this](const std::string& log) {
          if (refuse_) {
            refused_.add(log);
            return Status(Code::kUnavailable, "no");
          }
          std::ofstream(path_of(log)).flush();
          reopened_.add(log);
          return Status();
        });
  }
  // The container of a log has the log's name.
  void begin(const std::string& log) { rotator_->begin(log, path_of(log)); }
  void write(const std::string& log, std::int64_t bytes) {
    std::ofstream(path_of(log), std::ios::app) << std::string(static_cast<std::size_t>(bytes), 'x');
  }
  std::string path_of(const std::string& log) const { return dir_.path() + "/" + log; }
  std::int64_t size_of(const std::string& log) const {
    std::error_code error;
    const auto bytes = fs::file_size(path_of(log), error);
    return error ? -1 : static_cast<std::int64_t>(bytes);
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()));
  }

  FakeNode node_;
  const kernel::TempDir dir_;
  std::atomic<bool> refuse_{false};
  Calls reopened_;
  Calls refused_;
  std::unique_ptr<LogRotator> rotator_;
};

TEST_F(LogRotatorTest, ALogThatGrowsIsRotatedTimeAndAgain) {
  write("0.log", 10);
  begin("0.log");
  for (std::size_t round = 1; round <= 3; ++round) {
    write("0.log", kMax);
    ASSERT_EQ(reopened_.wait(round).size(), round);
    ASSERT_EQ(size_of("0.log"), 0);
    ASSERT_LE(files(), 3u);
  }
}

TEST_F(LogRotatorTest, ALogThatIsTooLargeAtFirstIsRotated) {
  write("0.log", kMax);
  begin("0.log");
  EXPECT_THAT(reopened_.wait(1), ElementsAre("0.log"));
}

TEST_F(LogRotatorTest, ASmallLogIsLeftAlone) {
  write("small", kMax - 1);
  write("large", kMax);
  begin("small");
  begin("large");
  reopened_.wait(1);
  write("large", kMax);
  EXPECT_THAT(reopened_.wait(2), ElementsAre("large", "large"));
  EXPECT_EQ(size_of("small"), kMax - 1);
}

TEST_F(LogRotatorTest, ALogThatIsMissingIsBegun) {
  begin("0.log");
  EXPECT_THAT(reopened_.wait(1), ElementsAre("0.log"));
  EXPECT_EQ(files(), 1u);
}

TEST_F(LogRotatorTest, ARuntimeThatIsAwayIsAskedAgain) {
  refuse_ = true;
  write("0.log", kMax);
  begin("0.log");
  ASSERT_EQ(refused_.wait(2).size(), 2u);
  refuse_ = false;
  EXPECT_THAT(reopened_.wait(1), ElementsAre("0.log"));
  EXPECT_EQ(size_of("0.log"), 0);
  EXPECT_EQ(files(), 2u);
}

TEST_F(LogRotatorTest, NothingIsDoneForAContainerThatHasEnded) {
  write("ended", 10);
  begin("ended");
  begin("other");  // it is missing, and comes behind the first look at the one that is to end
  reopened_.wait(1);
  rotator_->end("ended");
  write("ended", kMax);
  // The first would have had its turn before the other is rotated twice, which takes a second.
  for (const std::size_t count : {2, 3}) {
    write("other", kMax);
    ASSERT_EQ(reopened_.wait(count).size(), count);
  }
  EXPECT_THAT(reopened_.wait(3), ElementsAre("other", "other", "other"));
  EXPECT_EQ(size_of("ended"), kMax + 10);
}

TEST_F(LogRotatorTest, WithoutALimitLogsAreLeftAlone) {
  start(0);
  write("0.log", kMax);
  begin("0.log");
  rotator_.reset();
  EXPECT_THAT(reopened_.wait(0), IsEmpty());
  EXPECT_EQ(size_of("0.log"), kMax);
}

}  // namespace
}  // namespace kubus::kubelet::test
