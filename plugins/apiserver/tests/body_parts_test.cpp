#include "registry/body_parts.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/protobuf.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

std::string repeated(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(BodyParts, AreCountedInJson) {
  EXPECT_TRUE(check_parts("[" + repeated(249'998, "{},") + "{}]").ok());
  const auto refused = check_parts("[" + repeated(250'000, "{},") + "{}]");
  EXPECT_EQ(refused.code(), Code::kRequestEntityTooLarge);
  EXPECT_EQ(refused.message(), "the body has more than 250000 objects and lists");
  EXPECT_FALSE(check_parts(repeated(300'000, "[]")).ok());
}

TEST(BodyParts, AreNotThoseInTexts) {
  EXPECT_TRUE(check_parts("{\"a\":\"" + repeated(400'000, "{[") + "\"}").ok());
  EXPECT_TRUE(check_parts("{\"a\":\"" + repeated(300'000, "\\\"{") + "\"}").ok());
  EXPECT_FALSE(check_parts("{\"a\":\"\\\\\"" + repeated(300'000, "{}")).ok());
  // No text without end is read beyond it.
  EXPECT_TRUE(check_parts("\"" + repeated(600'000, "{\\")).ok());
}

TEST(BodyParts, AreCountedInProtobuf) {
  const auto pod_of = [](int containers) {
    core_v1::Pod pod;
    for (int i = 0; i < containers; ++i) pod.mutable_spec()->add_containers();
    return to_protobuf(pod);
  };
  const auto& type = *core_v1::Pod::descriptor();
  EXPECT_TRUE(check_parts(pod_of(249'999), type).ok());
  EXPECT_EQ(check_parts(pod_of(250'000), type).code(), Code::kRequestEntityTooLarge);
  auto broken = pod_of(240'000);
  broken.resize(broken.size() - 1'001);
  EXPECT_TRUE(check_parts(broken + repeated(100'000, "\xff"), type).ok());
}

}  // namespace
}  // namespace kubus::apiserver
