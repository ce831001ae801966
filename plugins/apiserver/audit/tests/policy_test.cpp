#include "audit/policy.h"

#include <gmock/gmock.h>

namespace kubus::apiserver::audit {
namespace {

using ::testing::HasSubstr;

Result<Policy> policy(const std::string& rules) {
  return Policy::parse("apiVersion: audit.k8s.io/v1\nkind: Policy\n" + rules);
}

RequestInfo on(const std::string& verb, const std::string& group, const std::string& resource,
               const std::string& ns = "", const std::string& name = "",
               const std::string& subresource = "") {
  RequestInfo info;
  info.is_resource = true;
  info.verb = verb;
  info.group = group;
  info.resource = resource;
  info.ns = ns;
  info.name = name;
  info.subresource = subresource;
  return info;
}

RequestInfo path(const std::string& text) {
  RequestInfo info;
  info.verb = "get";
  info.path = text;
  return info;
}

const Identity kAdam{"adam", {"devs", "system:authenticated"}, {}};

TEST(AuditPolicy, MatchesRequests) {
  const auto pods = on("get", "", "pods", "default", "p");
  const auto logs = on("get", "", "pods", "default", "p", "log");
  const auto scale = on("update", "apps", "deployments", "default", "d", "scale");
  const auto nodes = on("list", "", "nodes");
  const struct {
    std::string rule;
    RequestInfo info;
    bool matches;
  } rows[] = {
      {"", pods, true},
      {"", path("/healthz"), true},
      {"users: [adam]", pods, true},
      {"users: [eve]", pods, false},
      {"userGroups: [ops, devs]", pods, true},
      {"userGroups: [ops]", pods, false},
      {"verbs: [get]", pods, true},
      {"verbs: [list]", pods, false},
      {"namespaces: [default]", pods, true},
      {"namespaces: [other]", pods, false},
      {"namespaces: ['']", nodes, true},
      {"namespaces: ['']", path("/healthz"), false},
      {"resources: [{group: ''}]", pods, true},
      {"resources: [{group: ''}]", logs, true},
      {"resources: [{group: ''}]", scale, false},
      {"resources: [{group: '', resources: [pods]}]", pods, true},
      {"resources: [{group: '', resources: [pods]}]", logs, false},
      {"resources: [{group: '', resources: [pods/log]}]", logs, true},
      {"resources: [{group: '', resources: ['pods/*']}]", logs, true},
      {"resources: [{group: '', resources: ['*/log']}]", logs, true},
      {"resources: [{group: '', resources: ['*/status']}]", logs, false},
      {"resources: [{group: '', resources: ['*']}]", logs, true},
      {"resources: [{group: apps, resources: ['*/scale']}]", scale, true},
      {"resources: [{group: '', resources: [pods], resourceNames: [p]}]", pods, true},
      {"resources: [{group: '', resources: [pods], resourceNames: [q]}]", pods, false},
      {"nonResourceURLs: [/healthz]", path("/healthz"), true},
      {"nonResourceURLs: [/healthz]", path("/healthz/ping"), false},
      {"nonResourceURLs: ['/healthz*']", path("/healthz/ping"), true},
      {"nonResourceURLs: ['*']", path("/version"), true},
      {"nonResourceURLs: ['*']", pods, false},
  };
  for (const auto& row : rows) {
    const auto made =
        policy("rules:\n- {level: Request" + (row.rule.empty() ? "" : ", " + row.rule) + "}\n");
    ASSERT_TRUE(made.ok()) << row.rule << ": " << made.status().message();
    EXPECT_EQ(made->judge(kAdam, row.info).level, row.matches ? Level::kRequest : Level::kNone)
        << row.rule;
  }
}

TEST(AuditPolicy, TakesTheFirstRuleAndAddsWhatItOmits) {
  const auto made = policy(
      "omitStages: [RequestReceived]\nomitManagedFields: true\nrules:\n"
      "- {level: None, users: [eve]}\n"
      "- {level: Metadata, verbs: [get], omitStages: [ResponseStarted]}\n"
      "- {level: RequestResponse, omitManagedFields: false}\n");
  ASSERT_TRUE(made.ok()) << made.status().message();
  EXPECT_EQ(made->judge({"eve", {}, {}}, on("get", "", "pods")).level, Level::kNone);
  const auto read = made->judge(kAdam, on("get", "", "pods"));
  EXPECT_EQ(read.level, Level::kMetadata);
  EXPECT_EQ(read.omitted_stages, kRequestReceived | kResponseStarted);
  EXPECT_TRUE(read.omits_managed_fields);
  const auto write = made->judge(kAdam, on("create", "", "pods"));
  EXPECT_EQ(write.level, Level::kRequestResponse);
  EXPECT_EQ(write.omitted_stages, kRequestReceived);
  EXPECT_FALSE(write.omits_managed_fields);
}

TEST(AuditPolicy, SaysWhatIsWrong) {
  const struct {
    std::string text, wanted;
  } rows[] = {
      {"", "rules: Required value"},
      {"rules: [{}]", "rules[0].level: Required value"},
      {"rules: [{level: All}]", "rules[0].level: Unsupported value: \"All\""},
      {"rules: [{level: None, user: [a]}]", "rules[0]: unknown field \"user\""},
      {"rules: [{level: None, users: a}]", "rules[0].users: must be a list"},
      {"rules: [{level: None, users: [1]}]", "rules[0].users[0]: must be a string"},
      {"rules: [{level: None, omitStages: [Now]}]",
       "rules[0].omitStages[0]: Invalid value: \"Now\": allowed stages are RequestReceived,"},
      {"rules: [{level: None, nonResourceURLs: [healthz]}]", "must begin with a '/'"},
      {"rules: [{level: None, nonResourceURLs: ['/a*b']}]", "must be the final character"},
      {"rules: [{level: None, nonResourceURLs: [/a], namespaces: [b]}]",
       "cannot apply to both regular resources and non-resource URLs"},
      {"rules: [{level: None, resources: [{group: '', resourceNames: [a]}]}]",
       "requires at least one resource"},
      {"rules: [{level: None, resources: [{group: apps/v1}]}]",
       "rules[0].resources[0].group: Invalid value: \"apps/v1\": a lowercase RFC 1123 subdomain"},
      {"rules: [{level: None, resources: [{group: '*'}]}]", "resources[0].group: Invalid value"},
  };
  for (const auto& row : rows)
    EXPECT_THAT(policy(row.text + "\n").status().message(), HasSubstr(row.wanted)) << row.text;
  EXPECT_FALSE(Policy::parse("kind: Policy\nrules: [{level: None}]").ok());
}

}  // namespace
}  // namespace kubus::apiserver::audit
