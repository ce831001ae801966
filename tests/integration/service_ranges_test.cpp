// The addresses of Services: ranges that fill up, come and go, and what a kill of kubusd leaves.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <random>

#include "cluster_test.h"
#include "kubus/api_contract.h"
#include "kubus/rpc.h"

namespace kubus::integration {
namespace {

using ::testing::HasSubstr;

class ServiceRangesTest : public ClusterTest {
 protected:
  ClusterOptions options() const override {
    ClusterOptions options;
    // Room for the kubernetes Service and five others.
    options.environment.emplace_back("KUBUS_APISERVER_SERVICE_CIDR", "10.96.0.0/29");
    return options;
  }
  std::string kubectl(const std::vector<std::string>& words, bool works = true) {
    const auto result = cluster().kubectl(words);
    EXPECT_EQ(result.ok(), works) << result.out;
    return result.out;
  }
  std::string create(const std::string& name, bool works = true) {
    return kubectl({"create", "service", "clusterip", name, "--tcp=80"}, works);
  }
};

TEST_F(ServiceRangesTest, MayBeAddedAndStayWhileTheyAreUsed) {
  for (int i = 0; i < 5; ++i) create("first-" + std::to_string(i));
  EXPECT_THAT(create("more", false),
              HasSubstr("Internal error occurred: failed to allocate a serviceIP: range is full"));
  cluster().apply(R"(
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: {name: second}
spec: {cidrs: [10.97.0.0/24]}
)");
  create("more");
  EXPECT_THAT(kubectl({"get", "servicecidrs", "--sort-by=.metadata.name"}),
              ::testing::MatchesRegex("NAME +CIDRS +AGE\nkubernetes +10.96.0.0/29 +[0-9]+s\n"
                                      "second +10.97.0.0/24 +[0-9]+s\n"));
  const auto ip = kubectl({"get", "service", "more", "-o", "jsonpath={.spec.clusterIP}"});
  EXPECT_THAT(ip, ::testing::StartsWith("10.97.0."));
  EXPECT_THAT(kubectl({"get", "ipaddress", ip}),
              ::testing::MatchesRegex("NAME +PARENTREF\n" + ip + " +services/default/more\n"));

  // Somebody deletes what does not concern them.
  kubectl({"delete", "ipaddress", ip});
  EXPECT_TRUE(eventually([&] { return cluster().kubectl({"get", "ipaddress", ip}).ok(); }));
  EXPECT_TRUE(eventually([&] {
    return kubectl({"describe", "service", "more"})
               .find("Cluster IP [IPv4]:" + ip + " is not allocated; repairing") !=
           std::string::npos;
  }));

  kubectl({"delete", "servicecidr", "second", "--wait=false"});
  const auto ready = [&](const std::string& field) {
    return kubectl({"get", "servicecidr", "second", "-o",
                    "jsonpath={.status.conditions[?(@.type==\"Ready\")]." + field + "}"});
  };
  EXPECT_TRUE(eventually([&] { return ready("reason") == "Terminating"; })) << ready("reason");
  EXPECT_EQ(ready("status"), "False");
  EXPECT_THAT(create("none", false), HasSubstr("range is full")) << "taken from one that goes";
  kubectl({"delete", "service", "more"});
  EXPECT_THAT(kubectl({"wait", "servicecidr/second", "--for=delete", "--timeout=60s"}),
              ::testing::Not(HasSubstr("timed out")));
  // The first is held as well; nothing stands in for it.
  EXPECT_TRUE(eventually([&] {
    return kubectl({"get", "servicecidr", "kubernetes", "-o",
                    "jsonpath={.metadata.finalizers[0]}"}) ==
           "networking.k8s.io/service-cidr-finalizer";
  }));
}

// Creates and deletes Services, many at once, until its bus is gone.
class Load {
 public:
  Load(const Cluster& cluster, int round) : round_(round), host_(cluster.connect()) {
    for (int i = 0; i < kAtOnce; ++i) next();
  }
  int answered() const { return answered_; }

 private:
  static constexpr int kAtOnce = 32;

  void next() {
    const int number = started_++;
    const bool removes = number % 3 == 2;
    api::Request request;
    auto& resource = *request.mutable_resource();
    resource.set_version("v1");
    resource.set_resource("services");
    resource.set_namespace_("default");
    request.set_verb(removes ? "delete" : "create");
    if (removes)
      resource.set_name(name(number - 2 * kAtOnce - number % 2));
    else
      request.set_body(R"({"metadata":{"name":")" + name(number) +
                       R"("},"spec":{"ports":[{"port":80}]}})");
    rpc::call(host_->self().context().bus(), api::kDo, request, {},
              [this](const Result<api::Response>& reply) {
                if (!reply.ok()) return;
                ++answered_;
                next();
              })
        .detach();
  }
  std::string name(int number) const {
    return "s" + std::to_string(round_) + "-" + std::to_string(number);
  }

  const int round_;
  std::atomic<int> started_{0}, answered_{0};
  std::unique_ptr<Host> host_;
};

class KilledServicesTest : public ClusterTest {
 protected:
  // Who has which address: according to the Services, and to the IPAddresses.
  std::pair<std::map<std::string, std::string>, std::map<std::string, std::string>> owners() {
    std::map<std::string, std::string> of_services, of_addresses;
    const auto text = [](const boost::json::value& at) { return std::string(at.as_string()); };
    const auto services = cluster().get("/api/v1/namespaces/default/services");
    const auto addresses = cluster().get("/apis/networking.k8s.io/v1/ipaddresses");
    for (const auto& one : services.at("items").as_array())
      EXPECT_TRUE(of_services
                      .emplace(text(one.at("spec").at("clusterIP")),
                               text(one.at("metadata").at("name")))
                      .second)
          << "one address twice";
    for (const auto& one : addresses.at("items").as_array())
      of_addresses.emplace(text(one.at("metadata").at("name")),
                           text(one.at("spec").at("parentRef").at("name")));
    return {of_services, of_addresses};
  }
};

TEST_F(KilledServicesTest, KeepWhatIsWrittenDownOfThem) {
  const auto seed = std::random_device()();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (int round = 0; round < 6; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    {
      Load load(cluster(), round);
      const int enough = 50 + static_cast<int>(random() % 500);
      ASSERT_TRUE(eventually([&] { return load.answered() >= enough; })) << load.answered();
      cluster().kill_daemon();
    }
    const auto up = cluster().up();
    ASSERT_TRUE(up.ok()) << up.out;
    const auto [of_services, of_addresses] = owners();
    EXPECT_GT(of_services.size(), 10U);
    EXPECT_EQ(of_services, of_addresses);
    if (HasFailure()) break;
  }
  // They were so from the start: nothing had to be repaired.
  const auto events = cluster().kubectl(
      {"get", "events", "-A", "-o", "jsonpath={range .items[*]}{.reason}: {.message}\n{end}"});
  EXPECT_THAT(events.out, ::testing::Not(HasSubstr("Allocat")));
  EXPECT_THAT(events.out, ::testing::Not(HasSubstr("IPAddress")));
}

}  // namespace
}  // namespace kubus::integration
