#include "rule_watch.h"

#include <linux/filter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace kubus::proxy_nftables {
namespace {

constexpr std::uint16_t kTableRemoved = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_DELTABLE;

// Lets only messages of that type through. A filter sees numbers in network order.
bool attach_filter(int fd) {
  const auto wanted = static_cast<std::uint32_t>(__builtin_bswap16(kTableRemoved));
  std::array<sock_filter, 4> code{
      sock_filter BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(nlmsghdr, nlmsg_type)),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, 0xffffffffu), sock_filter BPF_STMT(BPF_RET | BPF_K, 0)};
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

}  // namespace

Result<RuleWatch> RuleWatch::open() {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER);
  RuleWatch watch(fd);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  const int group = NFNLGRP_NFTABLES;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      !attach_filter(fd) ||
      setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) != 0)
    return Status(Code::kInternalError,
                  std::string("watch the kernel's rules: ") + std::strerror(errno));
  return watch;
}

RuleWatch::~RuleWatch() {
  if (fd_ >= 0) close(fd_);
}

bool RuleWatch::table_removed() {
  bool removed = false;
  std::array<char, 8192> block;
  for (;;) {
    const ssize_t got = recv(fd_, block.data(), block.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return removed || errno == ENOBUFS;
    removed = true;
  }
}

}  // namespace kubus::proxy_nftables
