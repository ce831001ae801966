#include "bandwidth.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <algorithm>

namespace kubus::flannel {

Status limit_rate(Netlink& netlink, const std::string& link, std::int64_t bits_per_second,
                  unsigned mtu) {
  auto found = netlink.find_link(link);
  if (!found.ok()) return found.status();
  if (!*found) return Status(Code::kNotFound, "interface " + link + " is not there");
  const auto rate = static_cast<std::uint64_t>(std::max<std::int64_t>(bits_per_second / 8, 1));
  // A tick's worth at the least, so that the rate is reached at all, and some whole packets.
  const auto burst = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(rate / 100, 64 * std::uint64_t{mtu}, 64u << 20));
  tc_tbf_qopt options{};
  options.rate.linklayer = TC_LINKLAYER_ETHERNET;
  options.rate.rate = static_cast<std::uint32_t>(std::min<std::uint64_t>(rate, ~0u));
  // Half a second's worth may wait.
  options.limit = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(rate / 2, 4 * std::uint64_t{burst}, 256u << 20));
  tcmsg header{};
  header.tcm_ifindex = (*found)->index;
  header.tcm_parent = TC_H_ROOT;
  Request request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE);
  request.header(header)
      .text(TCA_KIND, "tbf")
      .begin(TCA_OPTIONS)
      .put(TCA_TBF_PARMS, &options, sizeof options)
      .u32(TCA_TBF_BURST, burst)
      .put(TCA_TBF_RATE64, &rate, sizeof rate)
      .end();
  return netlink.run(std::move(request), "limit the rate of " + link);
}

}  // namespace kubus::flannel
