#include "backends.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "builders.h"

namespace kubus::proxy_nftables {
namespace {

std::string names(const std::vector<Target>& targets) {
  std::string out;
  for (const auto& target : targets) out += (out.empty() ? "" : " ") + target.address;
  return out;
}

const ServicePort kPort{"", "tcp", 80, 0};

TEST(SelectBackends, TakesReadyOnesElseThoseThatStillServe) {
  struct Case {
    const char* what;
    std::vector<Endpoint> endpoints;
    const char* all;
    const char* local;
  };
  const auto make = [](const char* address, bool ready, bool terminating, bool local) {
    Endpoint out = endpoint(address, local);
    out.ready = ready;
    out.serving = ready || terminating;
    out.terminating = terminating;
    return out;
  };
  const std::vector<Case> cases = {
      {"ready only",
       {make("10.0.0.1", true, false, true), make("10.0.0.2", false, false, true)},
       "10.0.0.1",
       "10.0.0.1"},
      {"none ready",
       {make("10.0.0.1", false, true, true), make("10.0.0.2", false, false, true)},
       "10.0.0.1",
       "10.0.0.1"},
      {"local ends, remote ready",
       {make("10.0.0.1", false, true, true), make("10.0.0.2", true, false, false)},
       "10.0.0.2",
       "10.0.0.1"},
      {"remote only", {make("10.0.0.2", true, false, false)}, "10.0.0.2", ""},
      {"nothing", {make("10.0.0.1", false, false, true)}, "", ""},
  };
  for (const auto& c : cases) {
    const EndpointSlice s = slice_of("web", c.endpoints, 8080);
    const Backends got = select_backends(kPort, Family::kIpv4, {&s});
    EXPECT_EQ(names(got.all), c.all) << c.what;
    EXPECT_EQ(names(got.local), c.local) << c.what;
  }
}

TEST(SelectBackends, JoinsSlicesAndTakesOnlyTheirPortAndFamily) {
  const EndpointSlice one = slice("web", {"10.0.0.1", "10.0.0.2"}, 8080);
  const EndpointSlice two = slice("web", {"10.0.0.2", "10.0.0.3"}, 8080);
  const EndpointSlice six = slice("web", {"fd00::1"}, 8080);
  EndpointSlice other = slice("web", {"10.0.0.9"}, 9090);
  other.ports[0].name = "metrics";
  const Backends got = select_backends(kPort, Family::kIpv4, {&one, &two, &six, &other});
  EXPECT_EQ(names(got.all), "10.0.0.1 10.0.0.2 10.0.0.3");
  EXPECT_EQ(names(select_backends(kPort, Family::kIpv6, {&one, &six}).all), "fd00::1");
}

TEST(KeepPlaces, MovesAsFewAsPossible) {
  const auto list = [](const std::vector<std::string>& names) {
    std::vector<Target> out;
    for (const auto& name : names) out.push_back({name, 80});
    return out;
  };
  struct Case {
    std::vector<std::string> before, wanted;
    const char* after;
  };
  const std::vector<Case> cases = {
      {{}, {"a", "b"}, "a b"},
      {{"a", "b", "c"}, {"b", "c"}, "c b"},
      {{"a", "b", "c"}, {"a", "b"}, "a b"},
      {{"a", "b", "c"}, {"b", "c", "d"}, "d b c"},
      {{"c", "a"}, {"a", "b", "c"}, "c a b"},
      {{"a", "b"}, {}, ""},
      {{"a", "b", "c", "d"}, {"b"}, "b"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(names(keep_places(list(c.before), list(c.wanted))), c.after);
}

}  // namespace
}  // namespace kubus::proxy_nftables
