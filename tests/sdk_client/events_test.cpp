// Events as a recorder stores them.
#include "kubus/events.h"

#include <k8s/core/v1/event.pb.h>

#include "client_test.h"

namespace kubus::testing {
namespace {

class EventsTest : public ClientTest {
 protected:
  std::vector<core_v1::Event> events_about(const std::string& name) {
    auto events = client().list<core_v1::Event>(
        {.ns = "default", .field_selector = "involvedObject.name=" + name});
    return events.ok() ? *events : std::vector<core_v1::Event>();
  }
};

TEST_F(EventsTest, OneObjectCountsWhatIsRepeated) {
  auto map = client().create(config_map("subject"));
  ASSERT_TRUE(map.ok());
  EventRecorder recorder(context(), "test-controller", "node-1");
  for (int i = 0; i < 3; ++i) recorder.warning(*map, "Odd", "something is odd");
  recorder.normal(*map, "Fine", "all is well");
  ASSERT_TRUE(eventually([&] {
    int repeated = 0, single = 0;
    for (const auto& event : events_about("subject"))
      (event.reason() == "Odd" ? repeated : single) += event.count();
    return repeated == 3 && single == 1;
  }));
  const auto events = events_about("subject");
  ASSERT_EQ(events.size(), 2U);
  for (const auto& event : events) {
    EXPECT_EQ(event.source().component(), "test-controller");
    EXPECT_EQ(event.source().host(), "node-1");
    EXPECT_EQ(event.involvedobject().kind(), "ConfigMap");
    EXPECT_EQ(event.involvedobject().uid(), map->metadata().uid());
    EXPECT_EQ(event.type(), event.reason() == "Odd" ? "Warning" : "Normal");
    EXPECT_EQ(event.message(), event.reason() == "Odd" ? "something is odd" : "all is well");
  }
}

}  // namespace
}  // namespace kubus::testing
