// The kubelet's own certificate.
#include "server/serving_certificate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "kubus/pki/files.h"

namespace kubus::kubelet {
namespace {

TEST(ServingCertificate, IsKeptAndMadeAnewForAnotherNode) {
  const auto directory = ::testing::TempDir() + "/pki-" + std::to_string(::getpid());
  const auto first = ensure_serving_certificate(directory, "node", "127.0.0.1");
  ASSERT_TRUE(first.ok()) << first.status().to_string();
  struct stat facts {};
  ASSERT_EQ(::stat((directory + "/kubelet.key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  const auto again = ensure_serving_certificate(directory, "node", "127.0.0.1");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->pair.certificate_pem, first->pair.certificate_pem);
  const auto moved = ensure_serving_certificate(directory, "node", "127.0.0.2");
  ASSERT_TRUE(moved.ok());
  EXPECT_NE(moved->pair.certificate_pem, first->pair.certificate_pem);
  ASSERT_TRUE(pki::write_file(directory + "/kubelet.crt", "no certificate").ok());
  EXPECT_TRUE(ensure_serving_certificate(directory, "node", "127.0.0.1").ok());
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace kubus::kubelet
