#include "discovery/rank.h"

#include <algorithm>

namespace kubus::apiserver {
namespace {

struct Row {
  std::string_view group;
  ServiceRank rank;
};
constexpr Row kBuiltIn[] = {
    // Before all that users can ask for.
    {"apiregistration.k8s.io", {20001, 15}},
    {"", {18000, 1}},
    {"apps", {17800, 15}},
    {"events.k8s.io", {17750, 15}},
    {"authentication.k8s.io", {17700, 15}},
    {"authorization.k8s.io", {17600, 15}},
    {"autoscaling", {17500, 15}},
    {"batch", {17400, 15}},
    {"certificates.k8s.io", {17300, 15}},
    {"networking.k8s.io", {17200, 15}},
    {"policy", {17100, 15}},
    {"rbac.authorization.k8s.io", {17000, 15}},
    {"storage.k8s.io", {16800, 15}},
    {"apiextensions.k8s.io", {16700, 15}},
    {"admissionregistration.k8s.io", {16700, 15}},
    {"scheduling.k8s.io", {16600, 15}},
    {"coordination.k8s.io", {16500, 15}},
    {"node.k8s.io", {16300, 15}},
    {"discovery.k8s.io", {16200, 15}},
    {"flowcontrol.apiserver.k8s.io", {16100, 21}},
    {"resource.k8s.io", {15900, 21}},
};
constexpr ServiceRank kCustom{1000, 100};
constexpr int kNewerAutoscaling = 30;

}  // namespace

ServiceRank default_rank(std::string_view group, std::string_view version) {
  const auto found = std::find_if(std::begin(kBuiltIn), std::end(kBuiltIn),
                                  [&](const Row& row) { return row.group == group; });
  if (found == std::end(kBuiltIn)) return kCustom;
  auto rank = found->rank;
  if (group == "autoscaling" && version == "v2") rank.version = kNewerAutoscaling;
  return rank;
}

}  // namespace kubus::apiserver
