// Which requests are recorded, and how much of each: a Policy of audit.k8s.io/v1.
//
// Thread safety: immutable once made; all members from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "kubus/status.h"
#include "request/request_info.h"

namespace kubus::apiserver::audit {

enum class Level : std::uint8_t { kNone, kMetadata, kRequest, kRequestResponse };
std::string_view level_name(Level level);

// Bits of a set.
enum Stage : std::uint8_t { kRequestReceived = 1, kResponseStarted = 2, kResponseComplete = 4 };
std::string_view stage_name(Stage stage);

struct GroupResources {
  std::string group;
  std::vector<std::string> resources, names;
};

struct Rule {
  Level level = Level::kNone;
  std::vector<std::string> users, groups, verbs, namespaces, paths;
  std::vector<GroupResources> resources;
  std::uint8_t omitted_stages = 0;
  bool omits_managed_fields = false;

  bool matches(const Identity& who, const RequestInfo& info) const;
};

struct Verdict {
  Level level = Level::kNone;
  std::uint8_t omitted_stages = 0;
  bool omits_managed_fields = false;
};

class Policy {
 public:
  // kInvalid with the path of the field for what makes no sense.
  static Result<Policy> parse(std::string_view yaml);
  static Result<Policy> read(const std::string& file);

  // Of the first rule that matches; without one nothing is recorded.
  Verdict judge(const Identity& who, const RequestInfo& info) const;

 private:
  friend class PolicyReader;
  std::vector<Rule> rules_;
};

}  // namespace kubus::apiserver::audit
