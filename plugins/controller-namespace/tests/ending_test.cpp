// The plugin at work, on the real API server and storage.
#include <gmock/gmock.h>
#include <k8s/core/v1/namespace.pb.h>

#include "control_plane.h"
#include "eventually.h"
#include "kubus/api/types.h"
#include "kubus/client.h"
#include "kubus/host.h"

namespace kubus::nslife {
namespace {

using kubus::testing::ControlPlane;
using kubus::testing::eventually;
using ::testing::HasSubstr;

constexpr const char* kGroup = "ending.example.com";

class Ending : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = ControlPlane::missing(); !why.empty()) GTEST_SKIP() << why;
    plane_ = std::make_unique<ControlPlane>();
    client_ = ApiClient::of(plane_->join("member").context());
  }

  void make_namespace(const std::string& name) {
    core_v1::Namespace made;
    made.mutable_metadata()->set_name(name);
    ASSERT_TRUE(client_->create(made).ok());
  }
  // A definition, and an object as soon as there can be one.
  void make_first(const std::string& plural, const std::string& kind, const std::string& ns) {
    const auto definition =
        R"({"metadata":{"name":")" + plural + "." + kGroup + R"("},"spec":{"group":")" + kGroup +
        R"(","scope":"Namespaced","names":{"plural":")" + plural + R"(","kind":")" + kind +
        R"("},"versions":[{"name":"v1","served":true,"storage":true,"schema":)"
        R"({"openAPIV3Schema":{"type":"object"}}}]}})";
    ASSERT_TRUE(client_
                    ->raw({"create", "apiextensions.k8s.io", "v1", "customresourcedefinitions", "",
                           "", "", {}, definition, ""})
                    .ok());
    const auto object = R"({"apiVersion":")" + std::string(kGroup) + R"(/v1","kind":")" + kind +
                        R"(","metadata":{"name":"first"}})";
    ASSERT_TRUE(eventually([&] {
      return client_->raw({"create", kGroup, "v1", plural, ns, "", "", {}, object, ""}).ok();
    }));
  }
  void remove_namespace(const std::string& name) {
    ASSERT_TRUE(client_->remove<core_v1::Namespace>({"", name}).ok());
  }
  void await_gone(const std::string& name) {
    ASSERT_TRUE(eventually([&] {
      return client_->get<core_v1::Namespace>({"", name}).code() == Code::kNotFound;
    }));
  }
  std::string left(const std::string& plural) {
    return *client_->raw({"list", kGroup, "v1", plural, "", "", "", {}, "", ""});
  }

  std::unique_ptr<ControlPlane> plane_;
  std::shared_ptr<ApiClient> client_;
};

TEST_F(Ending, LeavesNothingOfAKindThatHasJustCome) {
  plane_->load("controller-namespace");
  for (int i = 0; i < 20; ++i) {
    const auto number = std::to_string(i);
    make_namespace("ns" + number);
    make_first("news" + number, "New" + number, "ns" + number);
    remove_namespace("ns" + number);
    await_gone("ns" + number);
    EXPECT_THAT(left("news" + number), HasSubstr(R"("items":[])"));
  }
}

// Its watches have been cut: it hears of namespaces and of definitions again, either first.
TEST_F(Ending, LeavesNothingOfAKindThatItHasNotHeardOf) {
  plane_->load("controller-namespace");
  for (int i = 0; i < 10; ++i) {
    const auto number = std::to_string(i);
    make_namespace("cut" + number);
    plane_->restart_apiserver();
    make_first("cuts" + number, "Cut" + number, "cut" + number);
    remove_namespace("cut" + number);
    await_gone("cut" + number);
    EXPECT_THAT(left("cuts" + number), HasSubstr(R"("items":[])"));
  }
}

TEST_F(Ending, LeavesNothingOfAKindThatCameBeforeThePlugin) {
  make_first("olds", "Old", "default");
  for (int i = 0; i < 10; ++i) {
    const auto ns = "old" + std::to_string(i);
    make_namespace(ns);
    ASSERT_TRUE(client_
                    ->raw({"create", kGroup, "v1", "olds", ns, "", "", {},
                           R"({"apiVersion":"ending.example.com/v1","kind":"Old",)"
                           R"("metadata":{"name":"next"}})",
                           ""})
                    .ok());
    remove_namespace(ns);
    auto& plugin = plane_->load("controller-namespace");
    await_gone(ns);
    plane_->leave(plugin);
    EXPECT_THAT(left("olds"), ::testing::Not(HasSubstr("next")));
  }
}

}  // namespace
}  // namespace kubus::nslife
