#include <algorithm>

#include "cgroups.h"
#include "files.h"
#include "kubus/runtime.pb.h"

namespace kubus::runtime_oci {
namespace {

constexpr std::int64_t kDefaultPeriod = 100'000;

std::string text_of(std::int64_t value) { return std::to_string(value); }

}  // namespace

std::uint64_t weight_of_shares(std::int64_t shares) {
  const std::int64_t bounded = std::clamp<std::int64_t>(shares, 2, 262'144);
  return static_cast<std::uint64_t>(1 + ((bounded - 2) * 9999) / 262'142);
}

Status Cgroups::apply(const std::string& path, const runtime::Resources& resources) const {
  return v2_ ? apply_v2(path, resources) : apply_v1(path, resources);
}

Status Cgroups::set_memory_v1(const std::string& path, std::int64_t limit,
                              std::int64_t with_swap) const {
  const auto memory = file("memory", path, "memory.limit_in_bytes");
  if (!counts_swap_) return write_existing(memory, text_of(limit));
  const auto both = file("memory", path, "memory.memsw.limit_in_bytes");
  if (with_swap <= 0) with_swap = limit;
  // The one may never exceed the other, not even in between.
  if (static_cast<std::uint64_t>(limit) > read_number(memory, 0)) {
    KUBUS_TRY(write_existing(both, text_of(with_swap)));
    return write_existing(memory, text_of(limit));
  }
  KUBUS_TRY(write_existing(memory, text_of(limit)));
  return write_existing(both, text_of(with_swap));
}

Status Cgroups::apply_v1(const std::string& path, const runtime::Resources& resources) const {
  if (resources.cpu_shares() > 0)
    KUBUS_TRY(write_existing(file("cpu", path, "cpu.shares"), text_of(resources.cpu_shares())));
  if (resources.cpu_quota() != 0) {
    const auto period = resources.cpu_period() > 0 ? resources.cpu_period() : kDefaultPeriod;
    KUBUS_TRY(write_existing(file("cpu", path, "cpu.cfs_period_us"), text_of(period)));
    KUBUS_TRY(write_existing(file("cpu", path, "cpu.cfs_quota_us"),
                             text_of(std::max<std::int64_t>(resources.cpu_quota(), -1))));
  }
  if (resources.memory_limit() > 0)
    KUBUS_TRY(set_memory_v1(path, resources.memory_limit(), resources.memory_swap_limit()));
  if (resources.pids_limit() > 0)
    KUBUS_TRY(write_existing(file("pids", path, "pids.max"), text_of(resources.pids_limit())));
  if (!resources.cpuset_cpus().empty())
    KUBUS_TRY(write_existing(file("cpuset", path, "cpuset.cpus"), resources.cpuset_cpus()));
  if (!resources.cpuset_mems().empty())
    KUBUS_TRY(write_existing(file("cpuset", path, "cpuset.mems"), resources.cpuset_mems()));
  return {};
}

Status Cgroups::apply_v2(const std::string& path, const runtime::Resources& resources) const {
  if (resources.cpu_shares() > 0)
    KUBUS_TRY(write_existing(file("cpu", path, "cpu.weight"),
                             std::to_string(weight_of_shares(resources.cpu_shares()))));
  if (resources.cpu_quota() != 0) {
    const auto period = resources.cpu_period() > 0 ? resources.cpu_period() : kDefaultPeriod;
    const auto quota = resources.cpu_quota() > 0 ? text_of(resources.cpu_quota()) : "max";
    KUBUS_TRY(write_existing(file("cpu", path, "cpu.max"), quota + " " + text_of(period)));
  }
  if (resources.memory_limit() > 0) {
    KUBUS_TRY(
        write_existing(file("memory", path, "memory.max"), text_of(resources.memory_limit())));
    const auto swap =
        std::max<std::int64_t>(resources.memory_swap_limit() - resources.memory_limit(), 0);
    const auto swap_file = file("memory", path, "memory.swap.max");
    if (exists(swap_file)) KUBUS_TRY(write_existing(swap_file, text_of(swap)));
  }
  if (resources.pids_limit() > 0)
    KUBUS_TRY(write_existing(file("pids", path, "pids.max"), text_of(resources.pids_limit())));
  if (!resources.cpuset_cpus().empty())
    KUBUS_TRY(write_existing(file("cpuset", path, "cpuset.cpus"), resources.cpuset_cpus()));
  if (!resources.cpuset_mems().empty())
    KUBUS_TRY(write_existing(file("cpuset", path, "cpuset.mems"), resources.cpuset_mems()));
  return {};
}

}  // namespace kubus::runtime_oci
