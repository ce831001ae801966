// The whole server in this process, on the real storage plugin, driven over the bus.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/json_scan.h"
#include "kubus/host.h"

namespace kubus::testing {
class ControlPlane;
}

namespace kubus::apiserver {

inline constexpr const char* kJson = "application/json-patch+json";
inline constexpr const char* kMerge = "application/merge-patch+json";
inline constexpr const char* kStrategic = "application/strategic-merge-patch+json";

class ApiTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;

  struct Reply {
    int code = 0;
    std::string body;
    std::vector<std::string> warnings;
    // The value at a path such as "metadata.name" as text.
    std::string at(std::string_view path) const { return json_text(json_at(body, path)); }
  };
  using Query = std::map<std::string, std::string>;
  // `path` is "group[@version]/resource[/subresource]"; everything else has version v1.
  static Reply call(const std::string& verb, const std::string& path, const std::string& ns,
                    const std::string& name, const std::string& body = "", const Query& query = {},
                    const std::string& patch = "");
  static Reply create(const std::string& path, const std::string& ns, const std::string& body,
                      const Query& query = {}) {
    return call("create", path, ns, "", body, query);
  }
  static Reply get(const std::string& path, const std::string& ns, const std::string& name) {
    return call("get", path, ns, name);
  }
  static Reply config_map(const std::string& name, const std::string& extra = "") {
    return create("/configmaps", "default",
                  R"({"metadata":{"name":")" + name + "\"" + extra + "}}");
  }
  static Instance& tester() { return *tester_; }
  // Starts the server anew on what is stored.
  static void restart_server();
  // Where the server keeps its certificates, and the port of its HTTPS side.
  static std::string cert_dir();
  static std::uint16_t https_port();

 private:
  static std::unique_ptr<testing::ControlPlane> plane_;
  static Instance* tester_;
};

}  // namespace kubus::apiserver
