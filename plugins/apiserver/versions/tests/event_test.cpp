#include "versions/event.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/event.pb.h>
#include <k8s/events/v1/event.pb.h>

#include "kubus/api/json.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kCore =
    R"({"kind":"Event","apiVersion":"v1","metadata":{"name":"e","namespace":"n"},)"
    R"("involvedObject":{"kind":"Pod","name":"p"},"reason":"Started","message":"It started",)"
    R"("source":{"component":"kubelet","host":"here"},"firstTimestamp":"2026-01-02T03:04:05Z",)"
    R"("lastTimestamp":"2026-01-02T03:04:06Z","count":3,"type":"Normal",)"
    R"("eventTime":"2026-01-02T03:04:05.000006Z",)"
    R"("series":{"count":2,"lastObservedTime":"2026-01-02T03:04:07.000008Z"},"action":"Starting",)"
    R"("related":{"kind":"Node","name":"here"},"reportingComponent":"kubelet",)"
    R"("reportingInstance":"kubelet-1"})";
constexpr const char* kSame =
    R"({"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"name":"e","namespace":"n"},)"
    R"("eventTime":"2026-01-02T03:04:05.000006Z",)"
    R"("series":{"count":2,"lastObservedTime":"2026-01-02T03:04:07.000008Z"},)"
    R"("reportingController":"kubelet","reportingInstance":"kubelet-1","action":"Starting",)"
    R"("reason":"Started","regarding":{"kind":"Pod","name":"p"},)"
    R"("related":{"kind":"Node","name":"here"},"note":"It started","type":"Normal",)"
    R"("deprecatedSource":{"component":"kubelet","host":"here"},)"
    R"("deprecatedFirstTimestamp":"2026-01-02T03:04:05Z",)"
    R"("deprecatedLastTimestamp":"2026-01-02T03:04:06Z","deprecatedCount":3})";

TEST(EventVersions, SayTheSame) {
  core_v1::Event core;
  events_v1::Event event;
  ASSERT_TRUE(from_json(std::string_view(kCore), core).ok());
  ASSERT_TRUE(from_json(std::string_view(kSame), event).ok());
  EXPECT_EQ(to_json(*event_of_core(core)), kSame);
  EXPECT_EQ(to_json(*event_to_core(event)), kCore);
}

TEST(EventVersions, LeaveOutWhatIsNotThere) {
  const core_v1::Event core;
  EXPECT_EQ(event_of_core(core)->ByteSizeLong(), event_to_core(events_v1::Event())->ByteSizeLong());
  EXPECT_FALSE(static_cast<const events_v1::Event&>(*event_of_core(core)).has_series());
}

TEST(EventVersions, FieldsAreFoundUnderTheirOtherNames) {
  EXPECT_EQ(event_field_in_core("regarding.name"), "involvedObject.name");
  EXPECT_EQ(event_field_in_core("reportingController"), "reportingComponent");
  EXPECT_EQ(event_field_in_core("metadata.name"), "metadata.name");
}

}  // namespace
}  // namespace kubus::apiserver
