#include "health/checks.h"

#include <gmock/gmock.h>

namespace kubus::apiserver {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class HealthTest : public ::testing::Test {
 protected:
  void SetUp() override {
    add_checks(health_, progress_,
               {[this] { return follows_; }, [this] { return filled_; }, [this] { return drains_; },
                true});
  }
  void finish_start() {
    for (auto* done :
         {&progress_.objects, &progress_.roles, &progress_.flows, &progress_.controllers})
      *done = true;
  }
  // The code, and the text.
  std::string ask(const std::string& path, const std::string& query = "verbose") {
    const auto response = health_.answer(path, Query::parse(query));
    std::string text = std::to_string(response.status) + "\n";
    for (const auto& piece : response.body) text.append(piece.view());
    return text;
  }

  Health health_;
  Progress progress_;
  bool follows_ = true, filled_ = true, drains_ = false;
};

TEST_F(HealthTest, TellsOfEachThingUnderTheNameItHasElsewhere) {
  finish_start();
  EXPECT_EQ(ask("/readyz"), R"(200
[+]ping ok
[+]etcd ok
[+]etcd-readiness ok
[+]informer-sync ok
[+]poststarthook/priority-and-fairness-config-consumer ok
[+]poststarthook/start-apiextensions-controllers ok
[+]poststarthook/crd-informer-synced ok
[+]poststarthook/start-system-namespaces-controller ok
[+]poststarthook/start-cluster-authentication-info-controller ok
[+]poststarthook/start-service-ip-repair-controllers ok
[+]poststarthook/rbac/bootstrap-roles ok
[+]poststarthook/scheduling/bootstrap-system-priority-classes ok
[+]poststarthook/priority-and-fairness-config-producer ok
[+]poststarthook/bootstrap-controller ok
[+]poststarthook/start-kubernetes-service-cidr-controller ok
[+]poststarthook/apiservice-status-local-available-controller ok
[+]poststarthook/apiservice-status-remote-available-controller ok
[+]poststarthook/apiservice-registration-controller ok
[+]poststarthook/kube-apiserver-autoregistration ok
[+]shutdown ok
readyz check passed
)");
  EXPECT_THAT(ask("/livez"), AllOf(HasSubstr("[+]etcd ok\n"), HasSubstr("livez check passed"),
                                   Not(HasSubstr("readiness")), Not(HasSubstr("]informer-sync")),
                                   Not(HasSubstr("shutdown"))));
  EXPECT_EQ(ask("/livez", ""), "200\nok");
  EXPECT_EQ(ask("/readyz/poststarthook/rbac/bootstrap-roles"), "200\nok");
  EXPECT_THAT(ask("/livez/shutdown"), HasSubstr("404"));
}

TEST_F(HealthTest, FailsByWhatIsNotWell) {
  EXPECT_THAT(ask("/readyz"), AllOf(HasSubstr("500\n[+]ping ok\n"),
                                    HasSubstr("[-]poststarthook/rbac/bootstrap-roles failed: "
                                              "reason withheld\n"),
                                    HasSubstr("readyz check failed")));
  finish_start();
  follows_ = false;
  EXPECT_THAT(ask("/livez"), HasSubstr("[-]etcd failed: reason withheld\n"));
  EXPECT_THAT(ask("/livez", "exclude=etcd"), HasSubstr("200"));
  EXPECT_THAT(ask("/livez/etcd", "exclude=etcd"), HasSubstr("500"));
  EXPECT_THAT(ask("/livez", "verbose&exclude=etcd&exclude=pong&exclude=pang"),
              HasSubstr("[+]etcd excluded: ok\n"));
  EXPECT_THAT(ask("/livez", "verbose&exclude=etcd&exclude=pong&exclude=pang"),
              HasSubstr("warn: some health checks cannot be excluded: no matches for \"pang\", "
                        "\"pong\"\nlivez check passed\n"));
  follows_ = true;
  drains_ = true;
  EXPECT_EQ(ask("/livez", ""), "200\nok");
  EXPECT_THAT(ask("/readyz"), HasSubstr("[-]shutdown failed"));
  drains_ = false;
  filled_ = false;
  EXPECT_THAT(ask("/readyz"), HasSubstr("[-]informer-sync failed"));
}

}  // namespace
}  // namespace kubus::apiserver
