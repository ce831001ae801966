#include "kubus/quota.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/json.h"

namespace kubus {
namespace {

core_v1::Pod pod(const std::string& spec, const std::string& status = "{}") {
  core_v1::Pod made;
  EXPECT_TRUE(from_json(R"({"spec":{)" + spec + R"(},"status":)" + status + "}", made).ok());
  return made;
}

std::string container(const std::string& name, const std::string& requests,
                      const std::string& more = "") {
  return R"({"name":")" + name + R"(","resources":{"requests":{)" + requests + "}}" + more + "}";
}

std::string text(const Amounts& amounts) {
  std::string out;
  for (const auto& [name, amount] : amounts)
    out += (out.empty() ? "" : ",") + name + "=" + amount.to_string();
  return out;
}

TEST(PodRequests, AreThoseOfWhatRunsTogether) {
  const struct {
    const char* name;
    std::string spec;
    const char* requests;
  } cases[] = {
      {"two containers",
       R"("containers":[)" + container("a", R"("cpu":"100m")") + "," +
           container("b", R"("cpu":"200m","memory":"1Mi")") + "]",
       "cpu=300m,memory=1Mi"},
      {"an init container that asks for more",
       R"("initContainers":[)" + container("i", R"("cpu":"1")") + R"(],"containers":[)" +
           container("a", R"("cpu":"100m")") + "]",
       "cpu=1"},
      {"a sidecar runs beside both",
       R"("initContainers":[)" + container("s", R"("cpu":"200m")", R"(,"restartPolicy":"Always")") +
           "," + container("i", R"("cpu":"250m")") + R"(],"containers":[)" +
           container("a", R"("cpu":"100m")") + "]",
       "cpu=450m"},
      {"the pod as a whole",
       R"("resources":{"requests":{"cpu":"3"}},"containers":[)" +
           container("a", R"("cpu":"100m","example.com/gpu":"1")") + "]",
       "cpu=3,example.com/gpu=1"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(text(pod_requests(pod(c.spec).spec())), c.requests) << c.name;
}

TEST(PodRequests, CountOverheadAndWhatIsBeingResized) {
  const auto resized =
      pod(R"("overhead":{"cpu":"10m"},"containers":[)" + container("a", R"("cpu":"100m")") + "]",
          R"({"containerStatuses":[{"name":"a","resources":{"requests":{"cpu":"500m"}}}]})");
  EXPECT_EQ(text(pod_requests_in_use(resized)), "cpu=510m");
  EXPECT_EQ(text(pod_limits_in_use(resized)), "") << "what is not limited stays so";
}

TEST(QuotaNames, SayWhichObjectsTheyBound) {
  const struct {
    const char* name;
    const char* resource;  // empty: nobody knows
  } cases[] = {
      {"pods", "pods"},
      {"limits.memory", "pods"},
      {"requests.example.com/gpu", "pods"},
      {"requests.hugepages-2Mi", "pods"},
      {"hugepages-1Gi", "pods"},
      {"requests.storage", "persistentvolumeclaims"},
      {"gold.storageclass.storage.k8s.io/requests.storage", "persistentvolumeclaims"},
      {"services.nodeports", "services"},
      {"count/deployments.apps", "deployments"},
      {"count/pods", "pods"},
      {"count/nodes", ""},
      {"count/unheard.of", ""},
      {"things", ""},
  };
  for (const auto& c : cases) {
    const auto* resource = bounded_resource(c.name);
    EXPECT_EQ(resource ? resource->plural : "", c.resource) << c.name;
    if (resource) EXPECT_TRUE(bounds_resource(c.name, *resource)) << c.name;
  }
}

}  // namespace
}  // namespace kubus
