#include "bus_fixture.h"

namespace kubus::testing {
namespace {

// Writes numbers for as long as the reader takes them, up to a limit.
class Counter : public std::enable_shared_from_this<Counter> {
 public:
  Counter(bus::StreamWriter writer, int limit) : writer_(std::move(writer)), limit_(limit) {
    ++alive;
  }
  ~Counter() { --alive; }
  void run() {
    writer_.on_writable([self = shared_from_this()] { self->fill(); });
    writer_.on_cancel([self = shared_from_this()] { ++cancelled; });
    fill();
  }
  static std::atomic<int> alive;
  static std::atomic<int> cancelled;
  static std::atomic<int> written;

 private:
  void fill() {
    while (next_ < limit_ && writer_.writable()) {
      if (!writer_.write(bytes(std::to_string(next_)))) return;
      written = ++next_;
    }
    if (next_ == limit_) writer_.finish();
  }
  bus::StreamWriter writer_;
  const int limit_;
  int next_ = 0;
};
std::atomic<int> Counter::alive{0};
std::atomic<int> Counter::cancelled{0};
std::atomic<int> Counter::written{0};

class StreamTest : public BusTest {
 protected:
  void SetUp() override {
    BusTest::SetUp();
    Counter::cancelled = 0;
    Counter::written = 0;
    server_ = &start("server", [](Context& context) {
      bus::Service service;
      service.stream("Count", [](const bus::Caller&, const Bytes& body, bus::StreamWriter writer) {
        std::make_shared<Counter>(std::move(writer), std::stoi(body.str()))->run();
      });
      service.stream("Flood", [](const bus::Caller&, Bytes, bus::StreamWriter writer) {
        while (writer.write(bytes("x"))) {
        }
      });
      service.stream("Fail", [](const bus::Caller&, Bytes, bus::StreamWriter writer) {
        writer.write(bytes("one"));
        writer.finish(Status(Code::kGone, "enough"));
      });
      return context.server().serve("count.v1", std::move(service));
    });
    caller_ = &start("caller");
  }

  bus::StreamHandler collect() {
    bus::StreamHandler handler;
    handler.on_message = [this](const Bytes& body) {
      if (body.view() != std::to_string(items_)) ++wrong_;
      ++items_;
      got_.set();
    };
    handler.on_end = [this](Status status) {
      end_ = std::move(status);
      ended_.set();
    };
    return handler;
  }

  Instance* server_ = nullptr;
  Instance* caller_ = nullptr;
  std::atomic<int> items_{0};
  std::atomic<int> wrong_{0};
  Event got_;
  Event ended_;
  Status end_;
};

TEST_F(StreamTest, AllMessagesArriveInOrderAndThenTheEnd) {
  const auto reader =
      caller_->context().bus().stream("count.v1", "Count", bytes("5000"), {}, collect());
  ASSERT_TRUE(ended_.wait());
  EXPECT_TRUE(end_.ok()) << end_.to_string();
  EXPECT_EQ(items_, 5000);
  EXPECT_EQ(wrong_, 0);
  EXPECT_EQ(ended_.count(), 1);
}

TEST_F(StreamTest, NothingIsLeftOfAWriterThatFinished) {
  const auto reader =
      caller_->context().bus().stream("count.v1", "Count", bytes("5000"), {}, collect());
  ASSERT_TRUE(ended_.wait());
  EXPECT_TRUE(eventually([] { return Counter::alive == 0; }));
}

TEST_F(StreamTest, ASlowReaderSlowsItsWriter) {
  auto reader =
      caller_->context().bus().stream("count.v1", "Count", bytes("100000"), {}, collect());
  reader->hold();
  const int before = items_;
  constexpr int kWindow = bus::kStreamWindow;
  ASSERT_TRUE(got_.wait(kWindow / 2));
  reader->grant(10);
  // Credit that it had before it was held came in halves of the window, and may still be under way.
  EXPECT_TRUE(eventually([&] {
    const int seen = items_;
    return seen == Counter::written && seen >= kWindow + 10 && (seen - 10) % (kWindow / 2) == 0;
  })) << items_;
  EXPECT_LE(Counter::written, before + 2 * kWindow + 10);
}

TEST_F(StreamTest, AWriterThatIgnoresItsReaderIsEnded) {
  auto handler = collect();
  handler.on_message = [](const Bytes&) {};
  auto reader = caller_->context().bus().stream("count.v1", "Flood", {}, {}, std::move(handler));
  ASSERT_TRUE(ended_.wait());
  EXPECT_EQ(end_.code(), Code::kTooManyRequests);
}

TEST_F(StreamTest, TheEndCarriesItsStatusAfterTheMessages) {
  auto handler = collect();
  handler.on_message = [this](const Bytes& body) {
    EXPECT_EQ(body.view(), "one");
    ++items_;
  };
  const auto reader =
      caller_->context().bus().stream("count.v1", "Fail", {}, {}, std::move(handler));
  ASSERT_TRUE(ended_.wait());
  EXPECT_EQ(items_, 1);
  EXPECT_EQ(end_.code(), Code::kGone);
  EXPECT_EQ(end_.message(), "enough");
}

TEST_F(StreamTest, CancellingStopsTheWriterAndTheCallbacks) {
  auto reader =
      caller_->context().bus().stream("count.v1", "Count", bytes("100000000"), {}, collect());
  ASSERT_TRUE(got_.wait(100));
  reader->cancel();
  const int seen = items_;
  EXPECT_TRUE(eventually([] { return Counter::cancelled == 1; }));
  EXPECT_EQ(items_, seen);
  EXPECT_EQ(ended_.count(), 0);
}

TEST_F(StreamTest, OpenStreamsEndWhenTheirProviderStops) {
  const auto reader =
      caller_->context().bus().stream("count.v1", "Count", bytes("100000000"), {}, collect());
  ASSERT_TRUE(got_.wait(10));
  server_->stop(2s);
  ASSERT_TRUE(ended_.wait());
  EXPECT_EQ(end_.code(), Code::kUnavailable);
  EXPECT_EQ(server_->wait_stopped(5s), InstanceState::kStopped);
  EXPECT_TRUE(eventually([] { return Counter::cancelled == 1; }));
}

TEST_F(StreamTest, AnUnknownMethodEndsTheStream) {
  const auto reader = caller_->context().bus().stream("count.v1", "Nothing", {}, {}, collect());
  ASSERT_TRUE(ended_.wait());
  EXPECT_EQ(end_.code(), Code::kMethodNotAllowed);
}

}  // namespace
}  // namespace kubus::testing
