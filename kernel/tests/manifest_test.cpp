#include "loader/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubus::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Manifest, CarriesEverythingThatWasWritten) {
  auto manifest = parse_manifest(R"(
name: storage-sqlite
version: 1.2.3
description: one line
status: beta
provides: [storage.v1]
requires: [clock.v1, other.v2]
permissions:
  - {groups: [""], resources: [pods], verbs: [get, list]}
isolation: process
trust: third-party
threads: 7
config:
  - {key: path, type: string, default: "", help: "Where.", reload: false}
  - {key: wait, type: duration, default: 5s, unit: time, help: "How long.", reload: true}
  - {key: peers, type: list, default: [a, b]}
  - {key: count, type: int}
)");
  ASSERT_TRUE(manifest.ok()) << manifest.status().message();
  EXPECT_EQ(manifest->name, "storage-sqlite");
  EXPECT_EQ(manifest->version, "1.2.3");
  EXPECT_EQ(manifest->status, "beta");
  EXPECT_THAT(manifest->provides, ElementsAre("storage.v1"));
  EXPECT_THAT(manifest->requires_, ElementsAre("clock.v1", "other.v2"));
  EXPECT_THAT(manifest->permissions,
              ElementsAre(R"({"groups":[""],"resources":["pods"],"verbs":["get","list"]})"));
  EXPECT_EQ(manifest->isolation, Isolation::kProcess);
  EXPECT_TRUE(manifest->third_party);
  EXPECT_EQ(manifest->threads, 7);
  ASSERT_EQ(manifest->config.size(), 4U);
  EXPECT_EQ(manifest->config[1].type, ValueType::kDuration);
  EXPECT_EQ(manifest->config[1].default_text, "5s");
  EXPECT_TRUE(manifest->config[1].reload);
  EXPECT_EQ(manifest->config[2].default_text, "a\nb");
  EXPECT_EQ(manifest->config[3].default_text, "0");
}

TEST(Manifest, RefusesWithTheReasonAndTheLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"version: 1", "name: required"},
      {"name: Bad Name", "name: required, of lower case letters"},
      {"name: log", "taken by the kernel"},
      {"name: [a]", "name: expected text"},
      {"name: a\nnmae: b", "line 2: unknown key \"nmae\""},
      {"name: a\nprovides: x", "line 2: provides: expected a list"},
      {"name: a\nisolation: sometimes", "isolation: expected one of either, in-process, process"},
      {"name: a\nthreads: many", "threads: expected 1 to 1024"},
      {"name: a\nthreads: 0", "threads: expected 1 to 1024"},
      {"name: a\npermissions: [x]", "permissions: expected {groups, resources, verbs}"},
      {"name: a\nconfig: [{type: int}]", "config: key is missing"},
      {"name: a\nconfig: [{key: k, type: float}]", "unknown type \"float\""},
      {"name: a\nconfig: [{key: k, type: int, default: x}]", "config.k.default: expected a whole"},
      {"name: a\nconfig: [{key: k}, {key: k}]", "config.k: declared twice"},
      {"name: a\nconfig: [{key: isolation}]", "reserved by the kernel"},
      {"name: a\nconfig: [{key: k, colour: red}]", "config: unknown key \"colour\""},
      {"just words", "expected \"key: value\" lines"},
      {"name: [unclosed", "manifest: line"},
      {std::string("name: a\0b", 9), "not text"},
      {std::string(20'000, '['), "manifest"},
  };
  for (const auto& [text, reason] : cases) {
    SCOPED_TRACE(text.substr(0, 60));
    auto manifest = parse_manifest(text);
    ASSERT_FALSE(manifest.ok());
    EXPECT_THAT(manifest.status().message(), HasSubstr(reason));
  }
}

TEST(Manifest, NamesEveryMistakeAtOnce) {
  auto manifest = parse_manifest("name: a\ncolour: red\nthreads: 0\nstatus: old\n");
  ASSERT_FALSE(manifest.ok());
  EXPECT_THAT(manifest.status().message(),
              ::testing::AllOf(HasSubstr("line 2"), HasSubstr("line 3"), HasSubstr("line 4")));
}

}  // namespace
}  // namespace kubus::kernel
