#include "choose.h"

#include <gtest/gtest.h>

namespace kubus::cluster {
namespace {

TEST(ChooseCluster, WhatIsSaidComesBeforeWhatIsThere) {
  const struct {
    Wishes wishes;
    Clusters clusters;
    Code code;
    std::string answer;  // the name, or a part of the message
  } cases[] = {
      {{"q2", {}, ""}, {{"kubus", "q2"}, {}}, Code::kOk, "q2"},
      {{{}, "/run/kubus/q2", ""}, {{"kubus", "q2"}, {}}, Code::kOk, "q2"},
      {{{}, "/run/../run/kubus/q2/", ""}, {{"kubus"}, {}}, Code::kOk, "q2"},
      {{{}, {}, "/run/kubus/q2"}, {{"kubus", "q2"}, {}}, Code::kOk, "q2"},
      {{{}, "/run/kubus/q2", "/run/kubus/q3"}, {{"q2", "q3"}, {}}, Code::kOk, "q2"},
      // Whoever works with one cluster all day can still name another.
      {{"q2", {}, "/run/kubus/q3"}, {{"q2", "q3"}, {}}, Code::kOk, "q2"},
      {{"q2", {}, "/elsewhere"}, {{"q2"}, {}}, Code::kOk, "q2"},
      {{"q2", "/run/kubus/q2", ""}, {{"q2"}, {}}, Code::kOk, "q2"},
      {{"q2", "/run/kubus/q3", ""},
       {{"q2", "q3"}, {}},
       Code::kBadRequest,
       "--name q2 and --run-dir /run/kubus/q3 are different clusters"},
      {{"kubus", "/run/kubus/q3", ""}, {{"q3"}, {}}, Code::kBadRequest, "different clusters"},
      {{{}, "/run/kubus", ""}, {{"q2"}, {}}, Code::kBadRequest, "\"/run/kubus\" is not"},
      {{{}, {}, "/tmp/q2"}, {{"q2"}, {}}, Code::kBadRequest, "\"/tmp/q2\" is not"},
      {{{}, "/run/kubus/q2/bus", ""}, {{"q2"}, {}}, Code::kBadRequest, "is not the run directory"},
      {{"q2", "/tmp/q2", ""}, {{"q2"}, {}}, Code::kBadRequest, "\"/tmp/q2\" is not"},
      {{"", {}, ""}, {{"q2"}, {}}, Code::kBadRequest, "cluster name \"\" must be"},
      {{{}, "", ""}, {{"q2"}, {}}, Code::kBadRequest, "\"\" is not the run directory"},
      // What does not exist is for the caller to find out.
      {{"gone", {}, ""}, {{"q2"}, {}}, Code::kOk, "gone"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.answer);
    const auto chosen = choose_cluster(one.wishes, one.clusters);
    EXPECT_EQ(chosen.code(), one.code);
    const auto said = chosen.ok() ? *chosen : chosen.status().message();
    EXPECT_NE(said.find(one.answer), std::string::npos) << said;
  }
}

TEST(ChooseCluster, NobodySaidWhichSoThereMustBeOne) {
  const struct {
    Clusters clusters;
    Code code;
    std::string answer;
  } cases[] = {
      {{{"q2"}, {}}, Code::kOk, "q2"},
      {{{"q2"}, {"died", "kubus"}}, Code::kOk, "q2"},
      {{{}, {"died"}}, Code::kOk, "died"},
      {{{}, {}}, Code::kNotFound, "there is no cluster"},
      {{{"kubus", "q2"}, {"died"}},
       Code::kConflict,
       "several clusters are up: choose one with --name, --run-dir or KUBUS_RUN_DIR:\n"
       "  /run/kubus/kubus\n  /run/kubus/q2"},
      {{{}, {"died", "half"}},
       Code::kConflict,
       "no cluster is up, several are left: choose one with --name, --run-dir or KUBUS_RUN_DIR:\n"
       "  /run/kubus/died\n  /run/kubus/half"},
  };
  for (const auto& one : cases) {
    const auto chosen = choose_cluster({}, one.clusters);
    EXPECT_EQ(chosen.code(), one.code);
    EXPECT_EQ(chosen.ok() ? *chosen : chosen.status().message(), one.answer);
  }
}

}  // namespace
}  // namespace kubus::cluster
