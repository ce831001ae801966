// A test with a server of its own, which it may start anew with other settings.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "control_plane.h"
#include "kubus/client.h"
#include "temp_dir.h"

// The plugin itself is part of this program.
extern "C" const kubus_plugin_descriptor_v1* kubus_plugin_entry_v1();

namespace kubus::apiserver {

class OwnPlaneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto why = testing::ControlPlane::missing(kubus_plugin_entry_v1);
    if (!why.empty()) GTEST_SKIP() << why;
    plane_ = std::make_unique<testing::ControlPlane>(kubus_plugin_entry_v1);
    tester_ = &plane_->join("tester");
  }

  // On an object, or on all, of a core resource in the namespace "default".
  Result<std::string> request(const std::string& verb, const std::string& resource,
                              const std::string& name, const std::string& body = "") {
    return ApiClient::of(tester_->context())
        ->raw({verb, "", "v1", resource, "default", name, "", {}, body, ""});
  }

  kernel::TempDir dir_;
  std::unique_ptr<testing::ControlPlane> plane_;
  Instance* tester_ = nullptr;
};

}  // namespace kubus::apiserver
