#include "golden.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"

namespace kubus {
namespace {

std::unique_ptr<google::protobuf::Message> message_for(std::string_view json) {
  auto type = peek_type_meta(json);
  if (!type.ok()) return nullptr;
  const auto* found = find_message(type->api_version, type->kind);
  return found ? new_message(*found) : nullptr;
}

TEST(Golden, ObjectsAreWrittenAsTheyWereRead) {
  for (const auto& golden : test::goldens()) {
    SCOPED_TRACE(golden.name);
    auto message = message_for(golden.json);
    ASSERT_TRUE(message);
    DecodeOptions strict;
    strict.strict = true;
    TypeMeta type_meta;
    strict.type_meta = &type_meta;
    Status status = from_json(golden.json, *message, strict);
    ASSERT_TRUE(status.ok()) << status.to_string();
    EXPECT_EQ(to_json(*message), golden.json);
    EXPECT_FALSE(type_meta.kind.empty());
  }
}

TEST(Golden, ObjectsSurviveTheProtobufEnvelope) {
  for (const auto& golden : test::goldens()) {
    SCOPED_TRACE(golden.name);
    auto message = message_for(golden.json);
    ASSERT_TRUE(message && from_json(golden.json, *message).ok());
    auto copy = std::unique_ptr<google::protobuf::Message>(message->New());
    TypeMeta type_meta;
    ASSERT_TRUE(from_protobuf(to_protobuf(*message), *copy, &type_meta).ok());
    EXPECT_EQ(to_json(*copy), golden.json);
    EXPECT_EQ(type_meta, *peek_type_meta(golden.json));
  }
}

struct EmptyCase {
  std::string_view api_version;
  std::string_view kind;
  std::string_view json;
};

// What is written even though nothing is set.
constexpr EmptyCase kEmpty[] = {
    {"v1", "Pod", R"({"metadata":{},"spec":{"containers":null},"status":{}})"},
    {"v1", "Service", R"({"metadata":{},"spec":{},"status":{"loadBalancer":{}}})"},
    {"v1", "ConfigMap", R"({"metadata":{}})"},
    {"v1", "Event",
     R"({"metadata":{},"involvedObject":{},"source":{},"firstTimestamp":null,)"
     R"("lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""})"},
    {"v1", "Node",
     R"({"metadata":{},"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},)"
     R"("nodeInfo":{"machineID":"","systemUUID":"","bootID":"","kernelVersion":"",)"
     R"("osImage":"","containerRuntimeVersion":"","kubeletVersion":"","kubeProxyVersion":"",)"
     R"("operatingSystem":"","architecture":""}}})"},
    {"apps/v1", "Deployment",
     R"({"metadata":{},"spec":{"selector":null,"template":{"metadata":{},"spec":)"
     R"({"containers":null}},"strategy":{}},"status":{}})"},
    {"apps/v1", "ControllerRevision", R"({"metadata":{},"data":null,"revision":0})"},
    {"v1", "PersistentVolumeClaim", R"({"metadata":{},"spec":{"resources":{}},"status":{}})"},
};

TEST(Golden, EmptyObjectsShowWhatIsAlwaysWritten) {
  for (const auto& [api_version, kind, json] : kEmpty) {
    SCOPED_TRACE(kind);
    auto message = new_message(*find_message(api_version, kind));
    EncodeOptions bare;
    bare.type_meta = false;
    EXPECT_EQ(to_json(*message, bare), json);
  }
}

}  // namespace
}  // namespace kubus
