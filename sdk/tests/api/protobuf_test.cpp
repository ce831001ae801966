#include "kubus/api/protobuf.h"

#include <gtest/gtest.h>
#include <k8s/apimachinery/runtime.pb.h>
#include <k8s/core/v1/config_map.pb.h>
#include <k8s/meta/v1/list_meta.pb.h>
#include <k8s/meta/v1/watch.pb.h>

namespace kubus {
namespace {

core_v1::ConfigMap config_map(const std::string& name) {
  core_v1::ConfigMap out;
  out.mutable_metadata()->set_name(name);
  (*out.mutable_data())["k"] = "v";
  return out;
}

TEST(Protobuf, EnvelopeIsARuntimeUnknown) {
  std::string bytes = to_protobuf(config_map("a"));
  ASSERT_TRUE(bytes.starts_with(kProtobufMagic));
  k8s_runtime::Unknown unknown;
  ASSERT_TRUE(unknown.ParseFromString(bytes.substr(4)));
  EXPECT_EQ(unknown.typemeta().apiversion(), "v1");
  EXPECT_EQ(unknown.typemeta().kind(), "ConfigMap");
  EXPECT_TRUE(unknown.has_contenttype());
  core_v1::ConfigMap inner;
  ASSERT_TRUE(inner.ParseFromString(unknown.raw()));
  EXPECT_EQ(inner.data().at("k"), "v");
}

TEST(Protobuf, EnvelopeOfAnotherWriterIsRead) {
  k8s_runtime::Unknown unknown;
  unknown.set_raw(std::string(300, 'x'));
  unknown.set_contenttype("application/json");
  unknown.mutable_typemeta()->set_kind("K");
  const std::string bytes = std::string(kProtobufMagic) + unknown.SerializeAsString();
  auto envelope = decode_envelope(bytes);
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(envelope->kind, "K");
  EXPECT_EQ(envelope->api_version, "");
  EXPECT_EQ(envelope->raw.size(), 300u);
  EXPECT_EQ(envelope->content_type, "application/json");
}

TEST(Protobuf, MalformedEnvelopesAreRefused) {
  const std::string magic(kProtobufMagic);
  for (const std::string& bytes :
       {std::string(), std::string("{}"), magic + "\x0a", magic + "\x12\x7f", magic + "\x12\xff",
        magic + "\x0f", magic + "\x0a\x02\x0a\x05", magic + std::string(12, '\xff')}) {
    EXPECT_EQ(decode_envelope(bytes).code(), Code::kBadRequest);
  }
  core_v1::ConfigMap object;
  std::string bytes;
  append_envelope("v1", "ConfigMap", "\x0a\x05", bytes);
  EXPECT_EQ(from_protobuf(bytes, object).code(), Code::kBadRequest);
}

TEST(Protobuf, ListsAreMadeOfSerialisedItems) {
  std::string first = config_map("a").SerializeAsString();
  std::string second = config_map("b").SerializeAsString();
  const std::string_view items[] = {first, second};
  meta_v1::ListMeta metadata;
  metadata.set_resourceversion("9");
  std::string bytes;
  append_list("v1", "ConfigMapList", metadata, items, bytes);
  core_v1::ConfigMapList list;
  TypeMeta type_meta;
  ASSERT_TRUE(from_protobuf(bytes, list, &type_meta).ok());
  EXPECT_EQ(type_meta.kind, "ConfigMapList");
  EXPECT_EQ(list.metadata().resourceversion(), "9");
  ASSERT_EQ(list.items_size(), 2);
  EXPECT_EQ(list.items(1).metadata().name(), "b");
}

TEST(Protobuf, WatchFramesCarryTheirLength) {
  std::string object = to_protobuf(config_map("a"));
  std::string frame;
  append_watch_frame("ADDED", object, frame);
  ASSERT_GT(frame.size(), 4u);
  std::size_t length = 0;
  for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(frame[i]);
  ASSERT_EQ(frame.size(), 4 + length);
  meta_v1::WatchEvent event;
  ASSERT_TRUE(event.ParseFromString(frame.substr(4)));
  EXPECT_EQ(event.type(), "ADDED");
  EXPECT_EQ(event.object().raw(), object);
}

}  // namespace
}  // namespace kubus
