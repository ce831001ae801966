// Rules by themselves: what they allow, and which of them cover others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rbac/coverage.h"
#include "rbac/policy_text.h"

namespace kubus::apiserver::rbac {
namespace {

// "get apps deployments/scale name", as a request; "get /path" for one that is about no resource.
RequestInfo request(const std::string& text) {
  std::istringstream words(text);
  RequestInfo info;
  std::string second, resource;
  words >> info.verb >> second >> resource >> info.name;
  if (second.starts_with('/')) {
    info.path = second;
    return info;
  }
  info.is_resource = true;
  info.group = second == "core" ? "" : second;
  const auto slash = resource.find('/');
  info.resource = resource.substr(0, slash);
  if (slash != std::string::npos) info.subresource = resource.substr(slash + 1);
  return info;
}

TEST(Rule, AllowsWhatItNames) {
  const struct {
    const char *rule, *asked;
    bool allowed;
  } cases[] = {
      {"get core pods", "get core pods a", true},
      {"get core pods", "list core pods", false},
      {"get core pods", "get apps pods a", false},
      {"get core pods", "get core pods/log a", false},
      {"get core pods/log", "get core pods/log a", true},
      {"get core pods/log", "get core pods a", false},
      {"* * *", "escalate example.com things/part x", true},
      {"* * *", "get /healthz", false},
      {"get core *", "get core pods/log a", true},
      {"update * */scale", "update apps deployments/scale a", true},
      {"update * */scale", "update apps deployments a", false},
      {"update * */scale", "update apps deployments/upscale a", false},
      {"get core pods/*", "get core pods/log a", false},
      {"get core secrets a,b", "get core secrets b", true},
      {"get core secrets a,b", "get core secrets c", false},
      {"list core secrets a,b", "list core secrets", false},
      {"get paths /healthz", "get /healthz", true},
      {"get paths /healthz", "get /healthz/ping", false},
      {"get paths /apis/*", "get /apis/apps/v1", true},
      {"get paths /apis/*", "get /apis", false},
      {"get paths /heal*", "get /healthz", true},
      {"* paths *", "post /anything", true},
      {"get paths /healthz", "head /healthz", false},
  };
  for (const auto& one : cases)
    EXPECT_EQ(parse_rules(one.rule).at(0).allows(request(one.asked)), one.allowed)
        << one.rule << " <- " << one.asked;
}

TEST(Coverage, NamesWhatIsMissing) {
  const struct {
    const char *held, *wanted, *missing;
  } cases[] = {
      {"read core pods", "get core pods", ""},
      {"read core pods", "get core pods a", ""},
      {"get core pods a", "get core pods a", ""},
      {"get core pods a", "get core pods",
       R"({APIGroups:[""], Resources:["pods"], Verbs:["get"]})"},
      {"get core pods a", "get core pods a,b",
       R"({APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]})"},
      {"get core pods *", "get core pods a",
       R"({APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["get"]})"},
      {"get core pods", "write,get core pods,secrets",
       "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"create\" \"delete\" "
       "\"deletecollection\" \"patch\" \"update\"]}\n"
       "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"create\" \"delete\" "
       "\"deletecollection\" \"get\" \"patch\" \"update\"]}"},
      {"* * *", "* * *", ""},
      {"* core *", "* * *", R"({APIGroups:["*"], Resources:["*"], Verbs:["*"]})"},
      {"get * */scale", "get apps deployments/scale", ""},
      {"get * *", "get * */scale", ""},
      {"get core pods", "get core pods/log",
       R"({APIGroups:[""], Resources:["pods/log"], Verbs:["get"]})"},
      {"get paths /a/*", "get paths /a/b,/a/c/*", ""},
      {"get paths /a", "get paths /a/*", R"({NonResourceURLs:["/a/*"], Verbs:["get"]})"},
      // Verbs are asked one by one: two rules may cover them together.
      {"get core pods\nlist core pods", "get,list core pods", ""},
      {"", "", ""},
  };
  for (const auto& one : cases)
    EXPECT_EQ(describe(uncovered(parse_rules(one.held), parse_rules(one.wanted))), one.missing)
        << one.held << " <- " << one.wanted;
}

}  // namespace
}  // namespace kubus::apiserver::rbac
