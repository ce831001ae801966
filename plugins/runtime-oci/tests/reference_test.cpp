#include "reference.h"

#include <gtest/gtest.h>

namespace kubus::runtime_oci {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(Reference, IsCompletedAsDockerDoes) {
  const std::pair<std::string, std::string> cases[] = {
      {"busybox", "docker.io/library/busybox:latest"},
      {"busybox:1.36", "docker.io/library/busybox:1.36"},
      {"library/busybox", "docker.io/library/busybox:latest"},
      {"index.docker.io/busybox", "docker.io/library/busybox:latest"},
      {"me/app:v1", "docker.io/me/app:v1"},
      {"localhost/app", "localhost/app:latest"},
      {"localhost:5000/app", "localhost:5000/app:latest"},
      {"localhost:5000/a/b/c:x", "localhost:5000/a/b/c:x"},
      {"registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"},
      {"[::1]:5000/app:1", "[::1]:5000/app:1"},
      {"a__b/c-d.e--f", "docker.io/a__b/c-d.e--f:latest"},
      {"busybox@" + kDigest, "docker.io/library/busybox@" + kDigest},
      {"busybox:1@" + kDigest, "docker.io/library/busybox@" + kDigest},
  };
  for (const auto& [text, expected] : cases) {
    const auto reference = Reference::parse(text);
    ASSERT_TRUE(reference.ok()) << text << ": " << reference.status().to_string();
    EXPECT_EQ(reference->to_string(), expected) << text;
  }
}

TEST(Reference, RefusesWhatIsNone) {
  for (const std::string text : {"", ":tag", "UPPER", "a//b", "/a", "a/", "busybox:", "busybox:-x",
                                 "busybox: x", "busybox@sha256:12", "busybox@md5:00", "a_-b", ".a",
                                 "a..b", "-x", "host:port/app", "../etc/passwd", "a/../b"})
    EXPECT_FALSE(Reference::parse(text).ok()) << text;
}

TEST(Reference, KeepsTagAndDigestApart) {
  const auto reference = Reference::parse("quay.io/a/b:v2@" + kDigest);
  ASSERT_TRUE(reference.ok());
  EXPECT_EQ(reference->tag, "v2");
  EXPECT_EQ(reference->digest, kDigest);
  EXPECT_EQ(reference->tagged(), "quay.io/a/b:v2");
  EXPECT_EQ(digest_hex(kDigest), std::string(64, 'a'));
}

}  // namespace
}  // namespace kubus::runtime_oci
