// ClientTest: a control plane for all tests of a suite, and a plugin instance for each test.
#pragma once

#include <gtest/gtest.h>
#include <k8s/core/v1/config_map.pb.h>

#include <functional>
#include <memory>
#include <string>

#include "control_plane.h"
#include "eventually.h"
#include "kubus/api/types.h"
#include "kubus/client.h"

namespace kubus::testing {

class ClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static ControlPlane& plane() { return *plane_; }
  Context& context() { return member_->context(); }
  ApiClient& client() { return *ApiClient::of(context()); }
  // Makes something of a plugin's on its loop, as Plugin::start does, and waits for it.
  void on_loop(Context& context, const std::function<void()>& task);

  static core_v1::ConfigMap config_map(const std::string& name, const std::string& value = "");
  // The value is what a test reads back.
  static std::string value_of(const core_v1::ConfigMap& map);

 private:
  static std::unique_ptr<ControlPlane> plane_;
  Instance* member_ = nullptr;
};

}  // namespace kubus::testing
