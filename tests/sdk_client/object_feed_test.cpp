// A feed tells of every object and keeps none, also across a restart of the API server.
#include "kubus/object_feed.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "client_test.h"

namespace kubus::testing {
namespace {

class ObjectFeedTest : public ClientTest {
 protected:
  void TearDown() override {
    feed_.reset();
    ClientTest::TearDown();
  }

  void follow() {
    FeedListener listener;
    listener.begin = [this] { note("begin"); };
    listener.put = [this](const Message& object) { note("+" + key_of(object).name); };
    listener.erase = [this](const Message& object) { note("-" + key_of(object).name); };
    listener.listed = [this] { note("listed"); };
    feed_ = follow_objects(context(), built_in_kind(resource_of<core_v1::ConfigMap>()),
                           std::move(listener));
  }
  void note(const std::string& what) {
    std::lock_guard lock(mutex_);
    notes_.push_back(what);
  }
  // Where `what` was first heard, from `from` on; -1 when it was not.
  std::ptrdiff_t place(const std::string& what, std::ptrdiff_t from = 0) const {
    std::lock_guard lock(mutex_);
    const auto found = std::find(notes_.begin() + from, notes_.end(), what);
    return found == notes_.end() ? -1 : found - notes_.begin();
  }
  bool hears(const std::string& what) const {
    return eventually([&] { return place(what) >= 0; });
  }

  mutable std::mutex mutex_;
  std::vector<std::string> notes_;
  Registration feed_;
};

TEST_F(ObjectFeedTest, ListsWhatIsThereThenTellsEveryChange) {
  ASSERT_TRUE(client().create(config_map("fed-before")).ok());
  follow();
  ASSERT_TRUE(hears("listed"));
  EXPECT_EQ(place("begin"), 0);
  EXPECT_GT(place("+fed-before"), 0);
  EXPECT_LT(place("+fed-before"), place("listed"));
  ASSERT_TRUE(client().create(config_map("fed-after")).ok());
  ASSERT_TRUE(client().remove<core_v1::ConfigMap>({"default", "fed-after"}).ok());
  ASSERT_TRUE(hears("-fed-after"));
  EXPECT_GT(place("+fed-after"), place("listed"));
  EXPECT_LT(place("+fed-after"), place("-fed-after"));
}

TEST_F(ObjectFeedTest, SaysNothingOnceItIsDropped) {
  follow();
  ASSERT_TRUE(hears("listed"));
  feed_.reset();
  ASSERT_TRUE(client().create(config_map("fed-unheard")).ok());
  follow();  // what it hears comes after what the other would have
  ASSERT_TRUE(hears("+fed-unheard"));
  EXPECT_EQ(place("begin", 1), place("listed") + 1);
}

}  // namespace
}  // namespace kubus::testing
