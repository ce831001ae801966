#include "defaults.h"

#include <gtest/gtest.h>

namespace kubus::serviceaccount {
namespace {

core_v1::Namespace shop() {
  core_v1::Namespace ns;
  ns.mutable_metadata()->set_name("shop");
  ns.mutable_status()->set_phase("Active");
  return ns;
}

TEST(Namespaces, AreServedWhileActive) {
  EXPECT_TRUE(is_active(shop()));
  auto ending = shop();
  ending.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(1000);
  EXPECT_FALSE(is_active(ending));
  auto phase = shop();
  phase.mutable_status()->set_phase("Terminating");
  EXPECT_FALSE(is_active(phase));
}

TEST(Account, IsNamedDefault) {
  const auto account = account_for(shop());
  EXPECT_EQ(account.metadata().name(), "default");
  EXPECT_EQ(account.metadata().namespace_(), "shop");
}

TEST(RootCa, IsCurrentOnlyWithExactlyTheCertificate) {
  struct Case {
    const char* name;
    void (*change)(core_v1::ConfigMap&);
    bool current;
  };
  const Case cases[] = {
      {"as made", [](core_v1::ConfigMap&) {}, true},
      {"other text", [](core_v1::ConfigMap& m) { (*m.mutable_data())["ca.crt"] = "x"; }, false},
      {"more data", [](core_v1::ConfigMap& m) { (*m.mutable_data())["more"] = "x"; }, false},
      {"no data", [](core_v1::ConfigMap& m) { m.clear_data(); }, false},
      {"no description", [](core_v1::ConfigMap& m) { m.mutable_metadata()->clear_annotations(); },
       false},
      {"labels of others",
       [](core_v1::ConfigMap& m) { (*m.mutable_metadata()->mutable_labels())["a"] = "b"; }, true},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto map = root_ca_for(shop(), "pem");
    EXPECT_EQ(map.metadata().name(), "kube-root-ca.crt");
    c.change(map);
    EXPECT_EQ(is_current(map, "pem"), c.current);
    EXPECT_TRUE(is_current(corrected(map, "pem"), "pem"));
    EXPECT_EQ(corrected(map, "pem").metadata().labels().size(), map.metadata().labels().size());
  }
}

TEST(Writes, AreSettledWhenRepetitionCannotHelp) {
  struct Case {
    Status status;
    bool settled;
  };
  const Case cases[] = {
      {Status(), true},
      {Status(Code::kAlreadyExists, "there"), true},
      {Status(Code::kNotFound, "namespace"), true},
      {Status(Code::kForbidden, "in namespace a because it is being terminated"), true},
      {Status(Code::kForbidden, "not allowed"), false},
      {Status(Code::kConflict, "changed"), false},
  };
  for (const auto& c : cases) EXPECT_EQ(is_settled(c.status), c.settled) << c.status.to_string();
}

}  // namespace
}  // namespace kubus::serviceaccount
