#include "account.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/partial_object_metadata.pb.h>

#include "kubus/api/json.h"

namespace kubus::resourcequota {
namespace {

template <class T>
T read(const std::string& json) {
  T object;
  EXPECT_TRUE(from_json(json, object).ok()) << json;
  return object;
}

core_v1::ResourceQuota quota(const std::string& hard, const std::string& status = "{}") {
  return read<core_v1::ResourceQuota>(R"({"metadata":{"name":"q"},"spec":{"hard":)" + hard +
                                      R"(},"status":)" + status + "}");
}

core_v1::Pod pod(const std::string& cpu, const std::string& phase = "Running") {
  return read<core_v1::Pod>(
      R"({"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":")" + cpu +
      R"("}}}]},"status":{"phase":")" + phase + "\"}}");
}

Kind pods() { return built_in_kind(resource_of<core_v1::Pod>()); }

Account account_of(const std::string& hard, const FindCustom& find = [](auto) { return Kind(); }) {
  return Account(quota(hard), find);
}

std::string text(const Amounts& amounts) {
  std::string out;
  for (const auto& [name, amount] : amounts) out += name + "=" + amount.to_string() + " ";
  return out;
}

TEST(Account, FollowsEachObject) {
  auto account = account_of(R"({"pods":"9","requests.cpu":"4","count/pods":"9"})");
  const SystemTime time{};
  EXPECT_EQ(text(account.used()), "count/pods=0 pods=0 requests.cpu=0 ");
  const auto small = pod("500m"), big = pod("2"), ended = pod("2", "Succeeded");
  EXPECT_TRUE(account.set(pods(), "a", &small, time));
  EXPECT_FALSE(account.set(pods(), "a", &small, time)) << "nothing has changed";
  EXPECT_TRUE(account.set(pods(), "b", &big, time));
  EXPECT_EQ(text(account.used()), "count/pods=2 pods=2 requests.cpu=2500m ");
  EXPECT_TRUE(account.set(pods(), "b", &ended, time));
  EXPECT_EQ(text(account.used()), "count/pods=2 pods=1 requests.cpu=500m ");
  EXPECT_TRUE(account.set(pods(), "a", nullptr, time));
  EXPECT_FALSE(account.set(pods(), "a", nullptr, time));
  EXPECT_EQ(text(account.used()), "count/pods=1 pods=0 requests.cpu=0 ");
  account.clear(pods());
  EXPECT_EQ(text(account.used()), "count/pods=0 pods=0 requests.cpu=0 ");
}

TEST(Account, CountsWhatItsQuotaBounds) {
  auto account = account_of(R"({"configmaps":"1"})");
  EXPECT_EQ(account.kinds().size(), 1U);
  const auto any = pod("1");
  EXPECT_FALSE(account.set(pods(), "a", &any, SystemTime{}));
  const core_v1::ConfigMap map;
  EXPECT_TRUE(account.set(built_in_kind(resource_of<core_v1::ConfigMap>()), "m", &map, SystemTime{}));
  EXPECT_EQ(text(account.used()), "configmaps=1 ");
  EXPECT_TRUE(account.is_for(quota(R"({"configmaps":"1"})", R"({"used":{"configmaps":"5"}})")));
  EXPECT_FALSE(account.is_for(quota(R"({"configmaps":"2"})")));
}

TEST(Account, CountsCustomKindsThatItIsToldOf) {
  auto widget = std::make_shared<ResourceInfo>();
  widget->group = "example.com";
  widget->plural = "widgets";
  const Kind kind = widget;
  auto account = account_of(
      R"({"count/widgets.example.com":"5","count/gadgets.example.com":"5"})",
      [&](std::string_view name) { return bounds_resource(name, *kind) ? kind : Kind(); });
  EXPECT_EQ(account.kinds(), std::set<Kind>{kind});
  meta_v1::PartialObjectMetadata one;
  EXPECT_TRUE(account.set(kind, "w", &one, SystemTime{}));
  EXPECT_EQ(text(account.used()), "count/widgets.example.com=1 ") << "nobody can tell of gadgets";
  const auto other = std::make_shared<const ResourceInfo>(*widget);
  EXPECT_FALSE(account.set(other, "x", &one, SystemTime{})) << "of another time";
  EXPECT_TRUE(account.set(kind, "w", nullptr, SystemTime{}));
  EXPECT_EQ(text(account.used()), "count/widgets.example.com=0 ");
}

TEST(Account, TellsOfWhatLessIsUsedThanTheQuotaSays) {
  const auto account = account_of(R"({"pods":"5","configmaps":"5"})");
  const auto says = [](const std::string& used) { return quota("{}", R"({"used":)" + used + "}"); };
  EXPECT_EQ(account.lowered(says(R"({"pods":"3","configmaps":"0"})")), std::set<Kind>{pods()});
  EXPECT_TRUE(account.lowered(says(R"({"pods":"0","secrets":"3"})")).empty());
}

TEST(Pods, LeaveTheirQuotaWhenTheirTimeToEndHasPassed) {
  auto leaving = read<core_v1::Pod>(
      R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":30}})");
  const auto marked = to_time(leaving.metadata().deletiontimestamp());
  EXPECT_TRUE(counts_in_quota(leaving, marked + std::chrono::seconds(30)));
  EXPECT_FALSE(counts_in_quota(leaving, marked + std::chrono::seconds(31)));
}

TEST(Reckoned, SaysWhatIsUsedOfWhatTheSpecBounds) {
  const auto before = quota(R"({"pods":"5"})", R"({"hard":{"pods":"4"},"used":{"pods":"3"}})");
  const Amounts two{{"pods", QuantityValue::from_int(2)}};
  const auto after = reckoned(before, two);
  EXPECT_EQ(text(amounts_of(after.status().hard())), "pods=5 ");
  EXPECT_EQ(text(amounts_of(after.status().used())), "pods=2 ");
}

}  // namespace
}  // namespace kubus::resourcequota
