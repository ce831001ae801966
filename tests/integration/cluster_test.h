// ClusterTest: a test with a cluster of its own, which is gone afterwards, however the test ended.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "cluster.h"
#include "eventually.h"

namespace kubus::integration {

using testing::eventually;

class ClusterTest : public ::testing::Test {
 protected:
  // Skips the test where no cluster can run.
  void SetUp() override;
  // Fails it when anything of the cluster is left.
  void TearDown() override;

  virtual ClusterOptions options() const { return {}; }
  // What has to be there before the cluster is.
  virtual void prepare() {}
  Cluster& cluster() { return *cluster_; }

 private:
  std::optional<Cluster> cluster_;
};

}  // namespace kubus::integration
