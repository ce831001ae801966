// Log files that are read while they are written, and sent at the client's pace.
#include "logs/log_stream.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "kubus/directory_watch.h"

namespace kubus::kubelet {
namespace {

const std::string kHead = "2026-01-02T03:04:05.1Z stdout F ";

// Keeps what is written to it; `open` false holds the writer back.
class Body final : public http::BodyStream {
 public:
  bool write(std::vector<Bytes> pieces, bool) override {
    std::lock_guard lock(mutex_);
    for (const auto& piece : pieces) text_ += piece.view();
    ++writes_;
    changed_.notify_all();
    return true;
  }
  void finish() override {
    std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  void on_close(Task task) override { close_ = std::move(task); }
  void when_below(std::size_t, Task task) override {
    std::unique_lock lock(mutex_);
    if (!open_) {
      waiting_ = std::move(task);
      changed_.notify_all();
      return;
    }
    lock.unlock();
    task();
  }

  void set_open(bool open) {
    Task waiting;
    {
      std::lock_guard lock(mutex_);
      open_ = open;
      if (open) waiting = std::move(waiting_);
    }
    if (waiting) waiting();
  }
  void close() { close_(); }
  bool wait_for(const std::function<bool(const Body&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return condition(*this); });
  }
  bool wait_for_text(const std::string& text) {
    return wait_for([&](const Body& body) { return body.text_ == text; });
  }
  bool wait_for_end() {
    return wait_for([](const Body& body) { return body.finished_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  int writes_ = 0;
  bool finished_ = false;
  bool open_ = true;
  Task waiting_;
  Task close_;
};

class LogStreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "/logs-" + std::to_string(::getpid());
    std::filesystem::create_directories(directory_);
    path_ = directory_ + "/0.log";
    append("");
  }
  void TearDown() override {
    pool_.stop();
    loop_.stop();
    std::filesystem::remove_all(directory_);
  }
  void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }

  void start(const std::string& query) {
    const auto options = *parse_log_options(http::Query::parse(query), SystemTime());
    LogFile file(path_);
    ASSERT_TRUE(file.open().ok());
    if (options.tail_lines) ASSERT_TRUE(file.seek_tail(*options.tail_lines).ok());
    stream_ = std::make_shared<LogStream>(pool_, std::move(file), options, body_,
                                          [this] { closed_ = true; });
    ASSERT_TRUE(watch_.add(directory_, [this] { stream_->wake(); }).ok());
    stream_->start();
  }

  std::string directory_, path_;
  Loop loop_{"test"};
  Pool pool_{"test", 2};
  std::shared_ptr<Body> body_ = std::make_shared<Body>();
  DirectoryWatch watch_{loop_};
  std::shared_ptr<LogStream> stream_;
  std::atomic<bool> closed_{false};
};

TEST_F(LogStreamTest, ReadsToTheEndAndAnIncompleteLineToo) {
  append(kHead + "one\n" + kHead + "two");
  start("");
  EXPECT_TRUE(body_->wait_for_end());
  EXPECT_EQ(body_->text_, "one\ntwo");
  pool_.stop();
  EXPECT_TRUE(closed_);
}

TEST_F(LogStreamTest, FollowsUntilTheContainerEnds) {
  append(kHead + "one\n");
  start("follow=true");
  EXPECT_TRUE(body_->wait_for_text("one\n"));
  append(kHead + "t");
  append("wo\n");
  EXPECT_TRUE(body_->wait_for_text("one\ntwo\n"));
  append(kHead + "rest");
  stream_->ended();
  EXPECT_TRUE(body_->wait_for_end());
  EXPECT_EQ(body_->text_, "one\ntwo\nrest");
}

TEST_F(LogStreamTest, FollowsAcrossARotation) {
  append(kHead + "one\n");
  start("follow=true");
  EXPECT_TRUE(body_->wait_for_text("one\n"));
  append(kHead + "last of the old\n");
  std::filesystem::rename(path_, path_ + ".1");
  append(kHead + "first of the new\n");
  EXPECT_TRUE(body_->wait_for_text("one\nlast of the old\nfirst of the new\n"));
  stream_->ended();
  EXPECT_TRUE(body_->wait_for_end());
}

TEST_F(LogStreamTest, AClientThatTakesNothingStopsTheReading) {
  const std::string line = kHead + std::string(999, 'x') + "\n";
  std::string many;
  for (int i = 0; i < 2000; ++i) many += line;
  append(many);
  body_->set_open(false);
  start("");
  EXPECT_TRUE(body_->wait_for([](const Body& body) { return static_cast<bool>(body.waiting_); }));
  EXPECT_LT(body_->text_.size(), 200'000u);
  body_->set_open(true);
  EXPECT_TRUE(body_->wait_for_end());
  EXPECT_EQ(body_->text_.size(), 2'000'000u);
}

TEST_F(LogStreamTest, AClientThatLeavesEndsIt) {
  start("follow=true");
  body_->close();
  EXPECT_TRUE(closed_);
  append(kHead + "unheard\n");
  stream_->ended();
  pool_.stop();
  EXPECT_EQ(body_->writes_, 0);
}

TEST_F(LogStreamTest, BeginsAtTheTail) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += kHead + std::to_string(i) + "\n";
  append(text);
  const std::pair<const char*, const char*> cases[] = {
      {"tailLines=2", "4998\n4999\n"}, {"tailLines=0", ""}, {"tailLines=1&limitBytes=3", "499"}};
  for (const auto& [query, printed] : cases) {
    SCOPED_TRACE(query);
    body_ = std::make_shared<Body>();
    start(query);
    EXPECT_TRUE(body_->wait_for_end());
    EXPECT_EQ(body_->text_, printed);
  }
}

TEST(LogFile, AFileWithoutLinesIsReadInPieces) {
  const auto path = ::testing::TempDir() + "/endless-" + std::to_string(::getpid());
  std::ofstream(path) << std::string(LogFile::kLongestLine + 10, 'x');
  LogFile file(path);
  ASSERT_TRUE(file.open().ok());
  const auto piece = file.next();
  ASSERT_TRUE(piece);
  EXPECT_GE(piece->size(), LogFile::kLongestLine);
  std::filesystem::remove(path);
  EXPECT_EQ(LogFile(path).open().code(), Code::kNotFound);
}

}  // namespace
}  // namespace kubus::kubelet
