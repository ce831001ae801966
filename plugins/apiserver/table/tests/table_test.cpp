#include "table/table.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "kubus/api/json.h"
#include "kubus/api/time.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

json::value table_of(std::string_view group, std::string_view version, std::string_view plural,
                     const char* object_json, IncludeObject include = IncludeObject::kNone) {
  const ResourceInfo* resource = find_resource(group, version, plural);
  if (resource == nullptr) return {};
  const auto object = new_message(*resource);
  EXPECT_TRUE(from_json(object_json, *object).ok());
  TableOptions options;
  options.include_object = include;
  options.resource_version = "7";
  options.now = *parse_time("2026-01-01T01:00:00Z");
  const TableRow row{object.get(), {}};
  return json::parse(table_json(*resource, {&row, 1}, options));
}

struct Case {
  const char* group;
  const char* version;
  const char* plural;
  const char* object;
  const char* cells;
};

class TableTest : public testing::TestWithParam<Case> {};

TEST_P(TableTest, FillsTheCellsOfARow) {
  const Case& c = GetParam();
  const json::value table = table_of(c.group, c.version, c.plural, c.object);
  ASSERT_TRUE(table.is_object());
  EXPECT_EQ(json::serialize(table.at("rows").at(0).at("cells")), c.cells);
  EXPECT_EQ(table.at("columnDefinitions").as_array().size(),
            table.at("rows").at(0).at("cells").as_array().size());
}

constexpr Case kCases[] = {
    {"", "v1", "pods",
     R"({"metadata":{"name":"p","creationTimestamp":"2026-01-01T00:55:00Z"},
         "spec":{"nodeName":"n","containers":[{"name":"a"}],"readinessGates":[{"conditionType":"g"}]},
         "status":{"phase":"Running","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}],
         "containerStatuses":[{"name":"a","ready":true,"restartCount":3,"state":{"running":{}},
         "lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-01-01T00:56:00Z"}}}]}})",
     R"~(["p","1/1","Running","3 (4m ago)","5m","10.0.0.1","n","<none>","0/1"])~"},
    {"apps", "v1", "deployments",
     R"({"metadata":{"name":"d","creationTimestamp":"2026-01-01T00:59:50Z"},
         "spec":{"replicas":3,"selector":{"matchLabels":{"b":"2","a":"1"}},
         "template":{"spec":{"containers":[{"name":"x","image":"i:1"},{"name":"y","image":"j"}]}}},
         "status":{"replicas":3,"readyReplicas":2,"updatedReplicas":3,"availableReplicas":1}})",
     R"(["d","2/3",3,1,"10s","x,y","i:1,j","a=1,b=2"])"},
    {"apps", "v1", "replicasets",
     R"({"metadata":{"name":"r"},"spec":{"replicas":2,"selector":{"matchLabels":{"a":"1"}}},
         "status":{"replicas":1,"readyReplicas":1}})",
     R"(["r",2,1,1,"<unknown>","","","a=1"])"},
    {"", "v1", "services",
     R"({"metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIPs":["10.1.0.1"],
         "selector":{"a":"b"},"ports":[{"port":80,"nodePort":30000,"protocol":"TCP"},
         {"port":53,"protocol":"UDP"}]}})",
     R"(["s","NodePort","10.1.0.1","<none>","80:30000/TCP,53/UDP","<unknown>","a=b"])"},
    {"", "v1", "services", R"({"metadata":{"name":"s"},"spec":{"type":"LoadBalancer"}})",
     R"(["s","LoadBalancer","<none>","<pending>","<none>","<unknown>","<none>"])"},
    {"", "v1", "nodes",
     R"({"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":"",
         "node-role.kubernetes.io/control-plane":""}},"spec":{"unschedulable":true},
         "status":{"conditions":[{"type":"Ready","status":"True"}],
         "addresses":[{"type":"InternalIP","address":"10.0.0.1"}],
         "nodeInfo":{"kubeletVersion":"v1.35.0","osImage":"Debian"}}})",
     R"(["n","Ready,SchedulingDisabled","control-plane,worker","<unknown>","v1.35.0","10.0.0.1",)"
     R"("<none>","Debian","<unknown>","<unknown>"])"},
    {"", "v1", "events",
     R"({"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p"},"reason":"Pulled",
         "type":"Normal","message":" done\n","count":4,"source":{"component":"kubelet","host":"n"},
         "firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:59:00Z"})",
     R"(["60s","Normal","Pulled","pod/p","","kubelet, n","done","60m",4,"e"])"},
    {"", "v1", "configmaps", R"({"metadata":{"name":"c"},"data":{"a":"1","b":"2"}})",
     R"(["c",2,"<unknown>"])"},
    {"", "v1", "secrets", R"({"metadata":{"name":"s"},"type":"Opaque","data":{"a":"YQ=="}})",
     R"(["s","Opaque",1,"<unknown>"])"},
    {"", "v1", "endpoints",
     R"({"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"},
         {"ip":"10.0.0.3"},{"ip":"10.0.0.4"}],"ports":[{"port":80}]}]})",
     R"(["e","10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...","<unknown>"])"},
    {"discovery.k8s.io", "v1", "endpointslices",
     R"({"metadata":{"name":"e"},"addressType":"IPv4","ports":[{"port":80}],
         "endpoints":[{"addresses":["10.0.0.1"]}]})",
     R"(["e","IPv4","80","10.0.0.1","<unknown>"])"},
    {"batch", "v1", "jobs",
     R"({"metadata":{"name":"j"},"spec":{"completions":2},"status":{"succeeded":1,
         "startTime":"2026-01-01T00:59:00Z"}})",
     R"(["j","Running","1/2","60s","<unknown>","","","<none>"])"},
    {"autoscaling", "v2", "horizontalpodautoscalers",
     R"({"metadata":{"name":"h"},"spec":{"scaleTargetRef":{"kind":"Deployment","name":"d"},
         "maxReplicas":5,"metrics":[{"type":"Resource","resource":{"name":"cpu",
         "target":{"type":"Utilization","averageUtilization":80}}}]},
         "status":{"currentReplicas":1}})",
     R"(["h","Deployment/d","cpu: <unknown>/80%","<unset>",5,1,"<unknown>"])"},
    {"", "v1", "resourcequotas",
     R"({"metadata":{"name":"q"},"status":{"hard":{"pods":"10","limits.cpu":"2"},
         "used":{"pods":"3"}}})",
     R"(["q","pods: 3/10","limits.cpu: 0/2","<unknown>"])"},
    {"rbac.authorization.k8s.io", "v1", "roles",
     R"({"metadata":{"name":"r","creationTimestamp":"2026-01-01T00:00:00Z"}})",
     R"(["r","2026-01-01T00:00:00Z"])"},
};

INSTANTIATE_TEST_SUITE_P(Cases, TableTest, testing::ValuesIn(kCases), [](const auto& info) {
  return std::string(info.param.plural) + std::to_string(info.index);
});

TEST(Table, EveryKindHasAsManyCellsAsColumns) {
  for (const ResourceInfo& resource : all_resources()) {
    const auto object = new_message(resource);
    const TableRow row{object.get(), {}};
    const json::value table = json::parse(table_json(resource, {&row, 1}, {}));
    EXPECT_EQ(table.at("columnDefinitions").as_array().size(),
              table.at("rows").at(0).at("cells").as_array().size())
        << resource.group_resource();
  }
}

TEST(Table, CarriesListMetadataAndObjects) {
  const char* pod = R"({"metadata":{"name":"p","uid":"u"}})";
  const json::value none = table_of("", "v1", "pods", pod);
  EXPECT_EQ(none.at("metadata").at("resourceVersion"), "7");
  EXPECT_TRUE(none.at("rows").at(0).at("object").is_null());
  const json::value metadata = table_of("", "v1", "pods", pod, IncludeObject::kMetadata);
  const json::value& object = metadata.at("rows").at(0).at("object");
  EXPECT_EQ(object.at("kind"), "PartialObjectMetadata");
  EXPECT_EQ(object.at("metadata").at("uid"), "u");
  const json::value full = table_of("", "v1", "pods", pod, IncludeObject::kObject);
  EXPECT_EQ(full.at("rows").at(0).at("object").at("kind"), "Pod");
}

TEST(Table, MarksPodsThatAreDone) {
  const json::value table =
      table_of("", "v1", "pods", R"({"metadata":{"name":"p"},"status":{"phase":"Succeeded"}})");
  EXPECT_EQ(table.at("rows").at(0).at("conditions").at(0).at("type"), "Completed");
}

}  // namespace
}  // namespace kubus::apiserver
