#include "shared_cluster.h"

#include <gmock/gmock.h>

#include <iostream>
#include <memory>

#include "residue.h"

namespace kubus::e2e {
namespace {

using integration::Cluster;

class SharedCluster final : public ::testing::Environment {
 public:
  void SetUp() override {
    if (!Cluster::missing().empty()) return;
    cluster_ = std::make_unique<Cluster>();
    const auto result = cluster_->up();
    ASSERT_TRUE(result.ok()) << result.out;
    cluster_->load_demo_image();
  }

  void TearDown() override {
    if (!cluster_) return;
    if (::testing::UnitTest::GetInstance()->Failed())
      std::cerr << "---- kubusd\n" << cluster_->log() << "----\n";
    const auto result = cluster_->down();
    EXPECT_TRUE(result.ok()) << result.out;
    EXPECT_THAT(integration::residue(cluster_->name()), ::testing::IsEmpty());
    cluster_.reset();
  }

  Cluster* cluster() { return cluster_.get(); }

 private:
  std::unique_ptr<Cluster> cluster_;
};

auto* const environment =
    static_cast<SharedCluster*>(::testing::AddGlobalTestEnvironment(new SharedCluster));

}  // namespace

Cluster* shared_cluster() { return environment->cluster(); }

}  // namespace kubus::e2e
