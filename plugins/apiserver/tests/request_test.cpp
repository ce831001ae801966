#include <gtest/gtest.h>

#include "request/media_type.h"
#include "request/query.h"
#include "request/request_info.h"

namespace kubus::apiserver {
namespace {

struct PathCase {
  const char* method;
  const char* path;
  const char* query;
  const char* verb;
  const char* group;
  const char* ns;
  const char* resource;
  const char* name;
  const char* subresource;
};

TEST(RequestInfo, ReadsVerbAndResourceOffThePath) {
  const PathCase cases[] = {
      {"GET", "/api/v1/pods", "", "list", "", "", "pods", "", ""},
      {"GET", "/api/v1/pods", "watch=1", "watch", "", "", "pods", "", ""},
      {"GET", "/api/v1/pods", "watch=false", "list", "", "", "pods", "", ""},
      {"GET", "/api/v1/watch/pods", "", "watch", "", "", "pods", "", ""},
      {"GET", "/api/v1/namespaces/a/pods/b", "", "get", "", "a", "pods", "b", ""},
      {"GET", "/api/v1/watch/namespaces/a/pods/b", "", "watch", "", "a", "pods", "b", ""},
      {"GET", "/api/v1/namespaces/a/pods/b/log", "", "get", "", "a", "pods", "b", "log"},
      {"GET", "/api/v1/namespaces", "", "list", "", "", "namespaces", "", ""},
      {"GET", "/api/v1/namespaces/a", "", "get", "", "a", "namespaces", "a", ""},
      {"PUT", "/api/v1/namespaces/a/finalize", "", "update", "", "a", "namespaces", "a",
       "finalize"},
      {"POST", "/apis/apps/v1/namespaces/a/deployments", "", "create", "apps", "a", "deployments",
       "", ""},
      {"PATCH", "/apis/apps/v1/namespaces/a/deployments/d/scale", "", "patch", "apps", "a",
       "deployments", "d", "scale"},
      {"DELETE", "/api/v1/namespaces/a/pods", "", "deletecollection", "", "a", "pods", "", ""},
      {"DELETE", "/api/v1/nodes/n", "", "delete", "", "", "nodes", "n", ""},
      {"GET", "/api/v1/pods", "fieldSelector=metadata.name%3Dx", "list", "", "", "pods", "x", ""},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(std::string(test.method) + " " + test.path + "?" + test.query);
    const auto info = parse_request(test.method, test.path, Query::parse(test.query));
    EXPECT_TRUE(info.is_resource);
    EXPECT_EQ(info.verb, test.verb);
    EXPECT_EQ(info.group, test.group);
    EXPECT_EQ(info.ns, test.ns);
    EXPECT_EQ(info.resource, test.resource);
    EXPECT_EQ(info.name, test.name);
    EXPECT_EQ(info.subresource, test.subresource);
  }
}

TEST(RequestInfo, LeavesOtherPathsAlone) {
  for (const char* path : {"/", "/api", "/apis", "/api/v1", "/apis/apps", "/apis/apps/v1",
                           "/healthz", "/openapi/v3/apis/apps/v1", "//", "/api/"}) {
    SCOPED_TRACE(path);
    EXPECT_FALSE(parse_request("GET", path, {}).is_resource);
  }
}

TEST(RequestInfo, KeepsThePathBehindAProxy) {
  const auto info = parse_request("GET", "/api/v1/nodes/n/proxy/stats/summary", {});
  EXPECT_EQ(info.subresource, "proxy");
  EXPECT_EQ(info.rest, (std::vector<std::string>{"stats", "summary"}));
}

TEST(Query, DecodesEscapesAndKeepsOrder) {
  const auto query = Query::parse("a=1&b=x%20y+z&a=2&c&d=%zz");
  EXPECT_EQ(query.get("a"), "1");
  EXPECT_EQ(query.all("a"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(query.get("b"), "x y z");
  EXPECT_TRUE(query.flag("c"));
  EXPECT_EQ(query.get("d"), "%zz");
  EXPECT_FALSE(query.number("b"));
  EXPECT_EQ(query.number("a"), 1);
}

struct AcceptCase {
  const char* header;
  bool ok;
  Format format;
  View view;
};

TEST(MediaType, ChoosesTheFirstFormItCanMake) {
  const AcceptCase cases[] = {
      {"", true, Format::kJson, View::kObject},
      {"*/*", true, Format::kJson, View::kObject},
      {"application/yaml", true, Format::kYaml, View::kObject},
      {"application/vnd.kubernetes.protobuf,application/json", true, Format::kProtobuf,
       View::kObject},
      {"application/json;as=Table;v=v1;g=meta.k8s.io,application/json", true, Format::kJson,
       View::kTable},
      {"application/json;as=Table;v=v2;g=meta.k8s.io,application/json", true, Format::kJson,
       View::kObject},
      {"application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", true,
       Format::kProtobuf, View::kMetadata},
      {"text/html", false, Format::kJson, View::kObject},
      {"application/json;q=0.1,application/yaml", true, Format::kYaml, View::kObject},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.header);
    const auto accepted = negotiate(test.header);
    ASSERT_EQ(accepted.has_value(), test.ok);
    if (!accepted) continue;
    EXPECT_EQ(accepted->format, test.format);
    EXPECT_EQ(accepted->view, test.view);
  }
}

}  // namespace
}  // namespace kubus::apiserver
