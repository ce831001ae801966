// What /metrics tells of requests, watches, users and objects, under the reference's names.
#include <gmock/gmock.h>

#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MetricsTest : public HttpsTest {
 protected:
  std::string metrics() const { return body_of(exchange("GET", "/metrics")); }
  // The value of a series; -1 when there is none.
  double value(const std::string& series) const {
    const auto text = "\n" + metrics();
    const auto at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
  }
  static std::string labels(const char* resource, const char* scope, const char* verb) {
    return std::string("group=\"\",resource=\"") + resource + "\",scope=\"" + scope +
           "\",subresource=\"\",verb=\"" + verb + "\",version=\"v1\"}";
  }
};

TEST_F(MetricsTest, CountRequestsAndTheSizeOfWhatIsRead) {
  const auto total = "apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\"," +
                     labels("configmaps", "namespace", "LIST");
  const auto sizes = "apiserver_response_sizes_count{component=\"apiserver\"," +
                     labels("configmaps", "namespace", "LIST");
  const auto before = std::max(0.0, value(total));
  exchange("GET", "/api/v1/namespaces/default/configmaps");
  exchange("GET", "/api/v1/namespaces/default/configmaps");
  EXPECT_EQ(value(total), before + 2);
  EXPECT_EQ(value(sizes), before + 2);
}

TEST_F(MetricsTest, HaveTheOutcomesOfHealthChecksByThemselves) {
  exchange("GET", "/livez");
  exchange("GET", "/livez/ping");
  exchange("GET", "/livez?exclude=etcd");
  const auto text = body_of(exchange("GET", "/metrics/slis"));
  EXPECT_THAT(text, HasSubstr("# TYPE kubernetes_healthcheck gauge\n"));
  EXPECT_THAT(text, HasSubstr("\nkubernetes_healthcheck{name=\"ping\",type=\"livez\"} 1\n"));
  const std::string total = "\nkubernetes_healthchecks_total{name=";
  EXPECT_THAT(text, HasSubstr(total + "\"ping\",status=\"success\",type=\"livez\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(total + "\"etcd\",status=\"success\",type=\"livez\"} 1\n"));
  EXPECT_THAT(metrics(), Not(HasSubstr("kubernetes_healthcheck")));
}

TEST_F(MetricsTest, CountHealthChecksByTheirPath) {
  const auto counted = [&](const std::string& verb) {
    return std::max(0.0, value(R"(apiserver_request_total{code="200",component="",dry_run="",)"
                               R"(group="",resource="",scope="",subresource="/livez",verb=")" +
                               verb + R"(",version=""})"));
  };
  const auto before = counted("GET");
  exchange("GET", "/livez");
  exchange("GET", "/livez/ping");
  exchange("BREW", "/livez");
  EXPECT_EQ(counted("GET"), before + 1);
  EXPECT_EQ(counted("OTHER"), 1);
}

TEST_F(MetricsTest, BeginAnewWhenTheyAreDeleted) {
  const auto total = "apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\"," +
                     labels("podtemplates", "namespace", "LIST");
  const auto read = "apiserver_response_sizes_count{component=\"apiserver\"," +
                    labels("podtemplates", "namespace", "LIST");
  exchange("GET", "/api/v1/namespaces/default/podtemplates");
  ASSERT_GE(value(total), 1);
  const auto answer = exchange("DELETE", "/metrics");
  EXPECT_EQ(status(answer), 200);
  EXPECT_EQ(body_of(answer), "metrics reset\n");
  EXPECT_EQ(value(total), 0);
  EXPECT_EQ(value(read), 0);
  EXPECT_GT(value("process_start_time_seconds"), 1e9);
  exchange("GET", "/api/v1/namespaces/default/podtemplates");
  EXPECT_EQ(value(total), 1);
  // Who may read them may not do that.
  auto stranger = connect_as_nobody();
  stranger->send("DELETE /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status(stranger->rest()), 403);
}

TEST_F(MetricsTest, TellDryRunsFromOthers) {
  exchange("POST", "/api/v1/namespaces/default/configmaps?dryRun=All",
           R"({"metadata":{"name":"dry"}})");
  EXPECT_GE(value("apiserver_request_total{code=\"201\",component=\"apiserver\",dry_run=\"All\"," +
                  labels("configmaps", "resource", "POST")),
            1);
}

TEST_F(MetricsTest, TellAnApplyFromAnotherPatch) {
  exchange("PATCH", "/api/v1/namespaces/default/configmaps/applied?fieldManager=t",
           R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"}})",
           "application/apply-patch+yaml");
  EXPECT_EQ(value("apiserver_request_total{code=\"201\",component=\"apiserver\",dry_run=\"\"," +
                  labels("configmaps", "resource", "APPLY")),
            1);
}

TEST_F(MetricsTest, KeepTheResourceOfWhatIsNotFoundAndForgetWhatThereIsNot) {
  exchange("GET", "/api/v1/namespaces/default/configmaps/nobody-made-it");
  exchange("GET", "/api/v1/namespaces/default/madeup");
  const std::string missing =
      "apiserver_request_total{code=\"404\",component=\"apiserver\",dry_run=\"\",";
  EXPECT_GE(value(missing + labels("configmaps", "resource", "GET")), 1);
  EXPECT_THAT(metrics(), ::testing::Not(HasSubstr("madeup")));
}

TEST_F(MetricsTest, CountWhatIsPassedOnAsConnections) {
  exchange("POST", "/api/v1/namespaces/default/pods",
           R"({"metadata":{"name":"nowhere"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  const auto counted = [&](const std::string& code, const std::string& subresource) {
    return value("apiserver_request_total{code=\"" + code +
                 "\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"pods\",scope="
                 "\"resource\",subresource=\"" +
                 subresource + "\",verb=\"CONNECT\",version=\"v1\"}");
  };
  // Its logs are empty, and nothing can be executed in it.
  struct Case {
    const char *method, *part, *subresource, *code;
  };
  for (const auto& one : {Case{"GET", "nowhere/log", "log", "200"},
                          Case{"POST", "nowhere/exec?command=id", "exec", "400"},
                          Case{"GET", "nobody/proxy/", "proxy", "404"}}) {
    const auto before = std::max(0.0, counted(one.code, one.subresource));
    exchange(one.method, std::string("/api/v1/namespaces/default/pods/") + one.part);
    EXPECT_EQ(counted(one.code, one.subresource), before + 1) << one.part;
  }
  EXPECT_EQ(value("apiserver_longrunning_requests{component=\"apiserver\",group=\"\",resource="
                  "\"pods\",scope=\"resource\",subresource=\"log\",verb=\"CONNECT\",version="
                  "\"v1\"}"),
            0);
}

TEST_F(MetricsTest, CountWatchesWhileTheyLastAndWhatTheyAreSent) {
  const auto series =
      "apiserver_longrunning_requests{component=\"apiserver\"," +
      labels("secrets", "namespace", "WATCH");
  const std::string sent =
      R"(apiserver_watch_events_total{group="",resource="secrets",version="v1"})";
  const auto before = std::max(0.0, value(sent));
  {
    auto watcher = connect();
    watcher->send("GET /api/v1/namespaces/default/secrets?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(testing::eventually([&] { return value(series) == 1; }));
    exchange("POST", "/api/v1/namespaces/default/secrets", R"({"metadata":{"name":"seen"}})");
    ASSERT_TRUE(testing::eventually([&] { return value(sent) == before + 1; }));
  }
  EXPECT_TRUE(testing::eventually([&] { return value(series) == 0; }));
  EXPECT_GE(value("apiserver_request_total{code=\"200\",component=\"apiserver\",dry_run=\"\"," +
                  labels("secrets", "namespace", "WATCH")),
            1);
}

TEST_F(MetricsTest, KnowWhatIsInFlightAndForgetIt) {
  exchange("GET", "/api/v1/namespaces/default");
  EXPECT_TRUE(testing::eventually([&] {
    return value(R"(apiserver_current_inflight_requests{request_kind="readOnly"})") == 0;
  }));
}

TEST_F(MetricsTest, CountWhoIsKnownAndWhoIsNot) {
  const std::string failed = R"(authentication_attempts{result="failure"})";
  const std::string others = R"(authenticated_user_requests{username="other"})";
  const auto failures = std::max(0.0, value(failed));
  const auto users = std::max(0.0, value(others));
  exchange("GET", "/api", "", "", "Authorization: Bearer nobody's\r\n");
  auto stranger = connect_as_nobody();
  stranger->send(
      "GET /api HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer nobodys\r\n\r\n");
  EXPECT_EQ(status(stranger->rest()), 401);
  EXPECT_EQ(value(failed), failures + 1);
  EXPECT_GT(value(others), users);
}

TEST_F(MetricsTest, CountWhoMayAndWhoMayNot) {
  const std::string may = R"(authorization_attempts_total{result="allowed"})";
  const std::string not_known = R"(authorization_attempts_total{result="no-opinion"})";
  const auto before = std::max(0.0, value(not_known));
  const auto allowed = value(may);
  auto stranger = connect_as_nobody();
  stranger->send("GET /api/v1/nodes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status(stranger->rest()), 403);
  EXPECT_EQ(value(not_known), before + 1);
  EXPECT_GT(value(may), allowed);
  EXPECT_GE(value(R"(authorization_duration_seconds_count{result="no-opinion"})"), 1);
}

TEST_F(MetricsTest, CountObjectsAndTellOfTheProcess) {
  const std::string objects = R"(apiserver_resource_objects{group="",resource="limitranges"})";
  const auto before = value(objects);
  exchange("POST", "/api/v1/namespaces/default/limitranges",
           R"({"metadata":{"name":"counted"},"spec":{"limits":[]}})");
  EXPECT_EQ(value(objects), before + 1);
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("process_open_fds"), 3);
  EXPECT_GT(value("process_start_time_seconds"), 1e9);
  EXPECT_THAT(metrics(), HasSubstr("kubernetes_build_info{"));
}

}  // namespace
}  // namespace kubus::apiserver
