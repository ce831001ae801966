#include "client_test.h"

#include <future>

namespace kubus::testing {

std::unique_ptr<ControlPlane> ClientTest::plane_;

void ClientTest::SetUpTestSuite() {
  if (ControlPlane::missing().empty()) plane_ = std::make_unique<ControlPlane>();
}

void ClientTest::TearDownTestSuite() { plane_.reset(); }

void ClientTest::SetUp() {
  if (!plane_) GTEST_SKIP() << ControlPlane::missing();
  member_ = &plane_->join("member");
}

void ClientTest::TearDown() {
  if (!member_) return;
  auto& own = client();
  auto maps = own.list<core_v1::ConfigMap>({.ns = "default"});
  ASSERT_TRUE(maps.ok()) << maps.status().to_string();
  for (const auto& map : *maps) {
    const Status removed = own.remove<core_v1::ConfigMap>(key_of(map));
    EXPECT_TRUE(removed.ok() || removed.code() == Code::kNotFound) << removed.to_string();
  }
  plane_->leave(*member_);
}

void ClientTest::on_loop(Context& context, const std::function<void()>& task) {
  std::promise<void> done;
  ASSERT_TRUE(context.loop().post([&] {
    task();
    done.set_value();
  }));
  done.get_future().wait();
}

core_v1::ConfigMap ClientTest::config_map(const std::string& name, const std::string& value) {
  core_v1::ConfigMap map;
  map.mutable_metadata()->set_namespace_("default");
  map.mutable_metadata()->set_name(name);
  (*map.mutable_data())["value"] = value;
  return map;
}

std::string ClientTest::value_of(const core_v1::ConfigMap& map) {
  const auto found = map.data().find("value");
  return found == map.data().end() ? std::string() : found->second;
}

}  // namespace kubus::testing
