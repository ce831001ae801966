#include "selector/field_selector.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/event.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

core_v1::Pod pod() {
  core_v1::Pod out;
  out.mutable_metadata()->set_name("web");
  out.mutable_metadata()->set_namespace_("default");
  out.mutable_spec()->set_nodename("n1");
  out.mutable_status()->set_phase("Running");
  return out;
}

struct MatchCase {
  const char* selector;
  bool matches;
};

constexpr MatchCase kMatches[] = {
    {"", true},
    {"metadata.name=web", true},
    {"metadata.name==web,spec.nodeName=n1", true},
    {"metadata.name!=web", false},
    {"status.phase!=Failed,status.phase!=Succeeded", true},
    {"spec.hostNetwork=false", true},
    {"spec.schedulerName=", true},
    {"metadata.namespace=other", false},
};

TEST(FieldSelector, MatchesPods) {
  for (const MatchCase& c : kMatches) {
    const auto selector = FieldSelector::parse(c.selector);
    ASSERT_TRUE(selector.ok()) << c.selector;
    ASSERT_TRUE(selector->check("", "Pod").ok()) << c.selector;
    EXPECT_EQ(selector->matches(pod()), c.matches) << c.selector;
  }
}

TEST(FieldSelector, SourceOfAnEventFallsBackToTheReporter) {
  core_v1::Event event;
  event.set_reportingcomponent("kubelet");
  EXPECT_EQ(selectable_value(event, "source"), "kubelet");
  event.mutable_source()->set_component("scheduler");
  EXPECT_EQ(selectable_value(event, "source"), "scheduler");
}

struct CheckCase {
  const char* group;
  const char* kind;
  const char* selector;
  const char* message;
};

constexpr CheckCase kChecks[] = {
    {"", "Pod", "spec.color=red", "field label not supported: spec.color"},
    {"apps", "Deployment", "status.phase=x",
     "\"status.phase\" is not a known field selector: only \"metadata.name\", "
     "\"metadata.namespace\""},
    {"batch", "Job", "a=b", "field label \"a\" not supported for Job"},
    {"", "Event", "involvedObject.kind=Pod", nullptr},
    {"events.k8s.io", "Event", "regarding.kind=Pod", nullptr},
};

TEST(FieldSelector, ChecksFieldsByKind) {
  for (const CheckCase& c : kChecks) {
    const Status status = FieldSelector::parse(c.selector)->check(c.group, c.kind);
    EXPECT_EQ(status.message(), c.message == nullptr ? "" : c.message) << c.selector;
  }
}

TEST(FieldSelector, EscapesValues) {
  const auto selector = FieldSelector::parse(R"(a=b\,c\=d\\)");
  ASSERT_TRUE(selector.ok());
  ASSERT_NE(selector->exact("a"), nullptr);
  EXPECT_EQ(*selector->exact("a"), R"(b,c=d\)");
  EXPECT_EQ(selector->to_string(), R"(a=b\,c\=d\\)");
}

constexpr CheckCase kErrors[] = {
    {"", "", "abc", "invalid selector: 'abc'; can't understand 'abc'"},
    {"", "", R"(a=\x)", R"(invalid field selector: invalid escape sequence: \x)"},
    {"", "", R"(a=\é)", R"(invalid field selector: invalid escape sequence: \é)"},
    {"", "", "a=b=c", "invalid field selector: unescaped character in value: 61"},
};

TEST(FieldSelector, TermsOfNothingAskForNothing) {
  EXPECT_EQ(FieldSelector::parse("=,metadata.name=a,!=,==")->to_string(), "metadata.name=a");
  EXPECT_TRUE(FieldSelector::parse("=")->empty());
}

TEST(FieldSelector, ReportsSyntaxErrors) {
  for (const CheckCase& c : kErrors) {
    const auto selector = FieldSelector::parse(c.selector);
    ASSERT_FALSE(selector.ok()) << c.selector;
    EXPECT_EQ(selector.status().message(), c.message);
  }
}

}  // namespace
}  // namespace kubus::apiserver
