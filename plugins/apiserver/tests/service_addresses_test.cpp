// Addresses of Services as objects: ServiceCIDRs they come from, IPAddresses that write them down.
#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "eventually.h"
#include "kubus/api_contract.h"
#include "kubus/storage.h"
#include "tests/api_fixture.h"
#include "tests/own_plane.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using kubus::testing::eventually;

constexpr const char* kRanges = "networking.k8s.io/servicecidrs";
constexpr const char* kAddresses = "networking.k8s.io/ipaddresses";

class ServiceAddressesTest : public ApiTest {
 protected:
  static std::string service(const std::string& name, const std::string& spec = "") {
    return R"({"metadata":{"name":")" + name +
           R"("},"spec":{"selector":{"a":"b"},"ports":[{"port":80}])" + spec + "}}";
  }
  static std::string address(const std::string& name, const std::string& owner,
                             const std::string& metadata = "") {
    return R"({"metadata":{"name":")" + name + "\"" + metadata +
           R"(},"spec":{"parentRef":{"resource":"services","namespace":"default","name":")" +
           owner + R"("}}})";
  }
  static std::string range(const std::string& name, const std::string& cidr) {
    return R"({"metadata":{"name":")" + name + R"("},"spec":{"cidrs":[")" + cidr + R"("]}})";
  }
  static std::string managed() {
    return R"(,"labels":{"ipaddress.kubernetes.io/ip-family":"IPv4",)"
           R"("ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"})";
  }
  static std::string owner_of(const std::string& name) {
    const auto found = get(kAddresses, "", name);
    return found.code == 200 ? found.at("spec.parentRef.name") : "";
  }
  // Of the events about an object: "reason: message".
  static std::string events_about(const std::string& name) {
    return call("list", "/events", "default", "", "",
                {{"fieldSelector", "involvedObject.name=" + name}})
        .body;
  }
  static void expect_event(const std::string& about, const std::string& reason,
                           const std::string& message) {
    EXPECT_TRUE(eventually([&] {
      const auto events = events_about(about);
      return events.find("\"" + reason + "\"") != std::string::npos &&
             events.find(message) != std::string::npos;
    })) << events_about(about);
  }
};

TEST_F(ServiceAddressesTest, HasTheRangeOfItsConfigurationFromTheStart) {
  const auto range = get(kRanges, "", "kubernetes");
  EXPECT_EQ(range.code, 200);
  EXPECT_THAT(range.body, HasSubstr(R"("spec":{"cidrs":["10.96.0.0/12"]})"));
  EXPECT_THAT(range.body,
              HasSubstr(R"("finalizers":["networking.k8s.io/service-cidr-finalizer"])"));
  EXPECT_THAT(range.body, HasSubstr(R"("reason":"","message":"Kubernetes Service CIDR is ready")"));
  EXPECT_EQ(owner_of("10.96.0.1"), "kubernetes");
}

TEST_F(ServiceAddressesTest, IsWrittenDownAndTakenBackWithTheService) {
  const auto made = create("/services", "default", service("whole"));
  ASSERT_EQ(made.code, 201) << made.body;
  const auto ip = made.at("spec.clusterIP");
  const auto object = get(kAddresses, "", ip);
  EXPECT_EQ(object.at("spec.parentRef.name"), "whole");
  EXPECT_EQ(object.at("spec.parentRef.namespace"), "default");
  EXPECT_THAT(object.body, HasSubstr(managed().substr(1)));
  EXPECT_THAT(object.body, HasSubstr(R"("manager":"kube-apiserver","operation":"Update")"));
  EXPECT_EQ(object.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"))
      << "not one step";
  ASSERT_EQ(call("patch", "/services", "default", "whole",
                 R"({"spec":{"type":"ExternalName","externalName":"x.org","clusterIP":null,)"
                 R"("clusterIPs":null,"ports":null,"selector":null}})",
                 {}, kMerge)
                .code,
            200);
  EXPECT_EQ(get(kAddresses, "", ip).code, 404);
  const auto back = call("patch", "/services", "default", "whole",
                         R"({"spec":{"type":"ClusterIP","externalName":null,"ports":[{"port":80}],)"
                         R"("clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"]}})",
                         {}, kMerge);
  ASSERT_EQ(back.code, 200) << back.body;
  EXPECT_EQ(owner_of("10.96.3.3"), "whole");
  ASSERT_EQ(call("delete", "/services", "default", "whole").code, 200);
  EXPECT_EQ(get(kAddresses, "", "10.96.3.3").code, 404);
  EXPECT_EQ(create("/services", "default", service("again", R"(,"clusterIP":"10.96.3.3")")).code,
            201);
}

TEST_F(ServiceAddressesTest, LeavesNothingForWhatIsNotMade) {
  const std::string asked = R"(,"clusterIP":"10.96.4.4")";
  EXPECT_EQ(create("/services", "default", service("dry", asked), {{"dryRun", "All"}}).code, 201);
  EXPECT_EQ(get(kAddresses, "", "10.96.4.4").code, 404);
  ASSERT_EQ(create("/services", "default", service("twice")).code, 201);
  EXPECT_EQ(create("/services", "default", service("twice", asked)).code, 409);
  EXPECT_EQ(get(kAddresses, "", "10.96.4.4").code, 404);
  EXPECT_EQ(create("/services", "default", service("once", asked)).code, 201);
}

TEST_F(ServiceAddressesTest, IsRefusedWhereSomebodyElseHasIt) {
  ASSERT_EQ(create(kAddresses, "", address("10.96.0.20", "nobody")).code, 201);
  const auto refused =
      create("/services", "default", service("late", R"(,"clusterIP":"10.96.0.20")"));
  EXPECT_EQ(refused.code, 422);
  EXPECT_EQ(refused.at("message"),
            "Service \"late\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.20\"]: failed "
            "to allocate IP 10.96.0.20: provided IP is already allocated");
  ASSERT_EQ(call("delete", kAddresses, "", "10.96.0.20").code, 200);
  EXPECT_EQ(create("/services", "default", service("late", R"(,"clusterIP":"10.96.0.20")")).code,
            201);
  EXPECT_EQ(create(kAddresses, "", address("10.96.0.20", "nobody")).code, 409);
}

TEST_F(ServiceAddressesTest, ComesFromFurtherRangesAtOnce) {
  const std::string asked = R"(,"clusterIP":"10.200.0.9")";
  EXPECT_THAT(create("/services", "default", service("further", asked)).at("message"),
              HasSubstr("the provided network does not match the current range"));
  ASSERT_EQ(create(kRanges, "", range("more", "10.200.0.0/24")).code, 201);
  EXPECT_EQ(create("/services", "default", service("further", asked)).code, 201);
}

TEST_F(ServiceAddressesTest, IsWrittenDownForServicesThatCameWithoutIt) {
  // As a server of a time before there were such objects has left it.
  storage::TxnRequest request;
  auto* put = request.add_success()->mutable_put();
  put->set_key("/registry/core/services/default/old");
  put->set_value(
      R"({"kind":"Service","apiVersion":"v1","metadata":{"name":"old","namespace":"default",)"
      R"("uid":"f1a7c0de-0000-4000-8000-000000000001"},"spec":{"type":"ClusterIP",)"
      R"("clusterIP":"10.96.5.5","clusterIPs":["10.96.5.5"],"ipFamilies":["IPv4"],)"
      R"("ipFamilyPolicy":"SingleStack","ports":[{"port":80,"protocol":"TCP","targetPort":80}]}})");
  rpc::call(tester().context().bus(), storage::kTxn, request, {},
            [](const Result<storage::TxnResponse>&) {})
      .detach();
  EXPECT_TRUE(eventually([] { return owner_of("10.96.5.5") == "old"; }));
  expect_event("old", "ClusterIPNotAllocated",
               "Cluster IP [IPv4]:10.96.5.5 is not allocated; repairing");
}

TEST_F(ServiceAddressesTest, IsRepaired) {
  ASSERT_EQ(create("/services", "default", service("kept", R"(,"clusterIP":"10.96.6.6")")).code,
            201);
  ASSERT_EQ(call("delete", kAddresses, "", "10.96.6.6").code, 200);
  EXPECT_TRUE(eventually([] { return owner_of("10.96.6.6") == "kept"; })) << "deleted by hand";
  expect_event("kept", "ClusterIPNotAllocated", "10.96.6.6 is not allocated; repairing");

  ASSERT_EQ(call("patch", kAddresses, "", "10.96.6.6",
                 R"({"metadata":{"labels":{"ipaddress.kubernetes.io/managed-by":null}}})", {},
                 kMerge)
                .code,
            200);
  EXPECT_TRUE(eventually([] {
    return get(kAddresses, "", "10.96.6.6").body.find("ipallocator.k8s.io") != std::string::npos;
  })) << "labels taken off";

  ASSERT_EQ(create(kAddresses, "", address("10.96.6.7", "nobody", managed())).code, 201);
  EXPECT_TRUE(eventually([] { return get(kAddresses, "", "10.96.6.7").code == 404; }));
  expect_event("10.96.6.7", "IPAddressNotAllocated",
               "IPAddress: 10.96.6.7 for Service default/nobody appears to have leaked: "
               "cleaning up");

  ASSERT_EQ(create(kAddresses, "", address("10.96.6.8", "kept", managed())).code, 201);
  EXPECT_TRUE(eventually([] { return get(kAddresses, "", "10.96.6.8").code == 404; }));
  expect_event("10.96.6.8", "IPAddressWrongReference",
               "IPAddress: 10.96.6.8 for Service default/kept has a wrong reference; cleaning up");
  EXPECT_EQ(owner_of("10.96.6.6"), "kept");
}

TEST_F(ServiceAddressesTest, HasTheRangeOfItsConfigurationAgainWhenItIsGone) {
  const auto before = get(kRanges, "", "kubernetes").at("metadata.uid");
  ASSERT_EQ(call("delete", kRanges, "", "kubernetes").code, 200);
  EXPECT_EQ(create("/services", "default", service("between", R"(,"clusterIP":"10.96.7.7")")).code,
            422);
  call("patch", kRanges, "", "kubernetes", R"({"metadata":{"finalizers":null}})", {}, kMerge);
  EXPECT_TRUE(eventually([&] {
    const auto range = get(kRanges, "", "kubernetes");
    return range.code == 200 && range.at("metadata.uid") != before &&
           range.body.find("Kubernetes Service CIDR is ready") != std::string::npos;
  }));
  EXPECT_EQ(create("/services", "default", service("after", R"(,"clusterIP":"10.96.7.7")")).code,
            201);
}

// A plane of its own, whose first range is let go.
class FewAddressesTest : public ServiceAddressesTest {};

TEST_F(FewAddressesTest, AreNeverGivenTwice) {
  constexpr int kServices = 60, kThere = 14;  // of a /28
  ASSERT_EQ(call("delete", kRanges, "", "kubernetes").code, 200);
  ASSERT_EQ(create(kRanges, "", range("few", "10.210.0.0/28")).code, 201);
  std::mutex mutex;
  std::condition_variable changed;
  int left = kServices, made = 0, refused = 0;
  std::vector<Registration> calls;
  for (int i = 0; i < kServices; ++i) {
    api::Request request;
    request.set_verb("create");
    request.mutable_resource()->set_version("v1");
    request.mutable_resource()->set_resource("services");
    request.mutable_resource()->set_namespace_("default");
    // Some ask for one by name, and some of those for the same.
    const auto asked = i % 3 == 0 ? ",\"clusterIP\":\"10.210.0." + std::to_string(1 + i % 7) + "\""
                                  : std::string();
    request.set_body(service("s" + std::to_string(i), asked));
    calls.push_back(rpc::call(tester().context().bus(), api::kDo, request, {},
                              [&](const Result<api::Response>& reply) {
                                std::lock_guard lock(mutex);
                                made += reply.ok() && reply->http_code() == 201;
                                refused += reply.ok() && (reply->http_code() == 422 ||
                                                          reply->http_code() == 500);
                                --left;
                                changed.notify_all();
                              }));
  }
  // Whoever writes the range, or takes an address by hand, meanwhile only delays them.
  int by_hand = 0;
  for (int i = 1; i <= kThere; ++i) {
    call("patch", kRanges, "", "few",
         R"({"metadata":{"labels":{"turn":")" + std::to_string(i) + "\"}}}", {}, kMerge);
    by_hand += i % 5 == 0 &&
               create(kAddresses, "", address("10.210.0." + std::to_string(i), "me")).code == 201;
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return left == 0; }));
  EXPECT_EQ(made + refused, kServices);
  EXPECT_EQ(made + by_hand, kThere);
  std::set<std::string> seen;
  for (int i = 0; i < kServices; ++i) {
    const auto stored = get("/services", "default", "s" + std::to_string(i));
    if (stored.code != 200) continue;
    const auto ip = stored.at("spec.clusterIP");
    EXPECT_TRUE(seen.insert(ip).second) << ip << " twice";
    EXPECT_EQ(owner_of(ip), "s" + std::to_string(i));
  }
  EXPECT_EQ(static_cast<int>(seen.size()), made);
}

class ServiceFamiliesTest : public OwnPlaneTest {
 protected:
  Result<std::string> ask(const std::string& verb, const std::string& resource,
                          const std::string& name, const std::string& body = "") {
    return ApiClient::of(tester_->context())
        ->raw({verb, "networking.k8s.io", "v1", resource, "", name, "", {}, body, ""});
  }
};

TEST_F(ServiceFamiliesTest, AreThoseOfTheConfiguration) {
  EXPECT_ANY_THROW(plane_->restart_apiserver({{"service_cidr", "10.96.0.0/12,10.97.0.0/16"}}));
  plane_->restart_apiserver({{"service_cidr", "10.96.0.0/12,fd00:96::/112"}});
  EXPECT_THAT(*ask("get", "servicecidrs", "kubernetes"),
              HasSubstr(R"("cidrs":["10.96.0.0/12"])")) << "it was there";
  ASSERT_TRUE(ask("create", "servicecidrs", "",
                  R"({"metadata":{"name":"six"},"spec":{"cidrs":["fd00:96::/112"]}})")
                  .ok());
  const auto made = request("create", "services", "",
                            R"({"metadata":{"name":"both"},"spec":{"ports":[{"port":80}],)"
                            R"("ipFamilyPolicy":"RequireDualStack","selector":{"a":"b"}}})");
  ASSERT_TRUE(made.ok()) << made.status().to_string();
  EXPECT_THAT(*made, HasSubstr(R"("ipFamilies":["IPv4","IPv6"])"));
  const auto found = *ask("list", "ipaddresses", "");
  EXPECT_THAT(found, HasSubstr(R"("name":"fd00:96::)"));
  EXPECT_THAT(found, HasSubstr(R"("ipaddress.kubernetes.io/ip-family":"IPv6")"));
}

}  // namespace
}  // namespace kubus::apiserver
