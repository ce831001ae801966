// A node's pod network in a namespace of its own, for tests.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "netlab.h"
#include "network.h"

namespace kubus::flannel {

class NetworkTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = netlab::why_not(); !reason.empty()) GTEST_SKIP() << reason;
    netlab::enter_fresh_namespace();
    std::string pattern = testing::TempDir() + "flannel.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_NO_FATAL_FAILURE(start());
  }
  void TearDown() override {
    network_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  NetworkSettings settings() const {
    NetworkSettings settings;
    settings.bridge = "cni0";
    settings.pods = *Ipv4Range::parse("10.244.0.0/24");
    settings.services = *Ipv4Range::parse("10.96.0.0/12");
    settings.lease_file = directory_ + "/leases";
    return settings;
  }
  // Also again, as after a restart.
  void start() {
    network_.reset();
    auto network = Network::start(settings());
    ASSERT_TRUE(network.ok()) << network.status().to_string();
    network_ = std::move(*network);
  }
  // The pod's address, or what went wrong.
  std::string setup(const std::string& id, const netlab::Space& pod,
                    std::vector<HostPort> ports = {}) {
    SetupOptions options;
    options.sandbox = id;
    options.netns = pod.path();
    options.ports = std::move(ports);
    const auto address = network_->setup(options);
    return address.ok() ? address->str() : address.status().to_string();
  }

  std::string directory_;
  std::unique_ptr<Network> network_;
};

}  // namespace kubus::flannel
