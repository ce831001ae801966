#include "proxy.h"

#include "client_memory.h"
#include "conntrack.h"

namespace kubus::proxy_nftables {
namespace {

TableOptions options_for(Family family, const std::vector<std::string>& ranges) {
  TableOptions options;
  options.family = family;
  for (const auto& range : ranges)
    if (family_of(range) == family) options.pod_ranges.push_back(range);
  return options;
}

}  // namespace

Proxy::Proxy(const std::vector<std::string>& pod_ranges, const std::string& owner_file)
    : owner_(owner_file),
      four_(options_for(Family::kIpv4, pod_ranges)),
      six_(options_for(Family::kIpv6, pod_ranges)) {}

void Proxy::set_service(Service service) {
  const std::lock_guard lock(model_mutex_);
  model_.set_service(std::move(service));
}

void Proxy::remove_service(const std::string& key) {
  const std::lock_guard lock(model_mutex_);
  model_.remove_service(key);
}

void Proxy::set_slice(const std::string& id, EndpointSlice slice) {
  const std::lock_guard lock(model_mutex_);
  model_.set_slice(id, std::move(slice));
}

void Proxy::remove_slice(const std::string& id) {
  const std::lock_guard lock(model_mutex_);
  model_.remove_slice(id);
}

void Proxy::distrust() {
  const std::lock_guard lock(model_mutex_);
  distrusted_ = true;
}

bool Proxy::tables_present() {
  const std::lock_guard lock(sync_mutex_);
  const auto there = [this](const Table& table, bool expected) {
    return !expected ||
           nft_.run("list chain " + table_name(table.options().family) + " services").ok();
  };
  return there(four_, four_present_) && there(six_, six_present_);
}

std::set<std::string> Proxy::stage_changes() {
  const std::lock_guard lock(model_mutex_);
  if (std::exchange(distrusted_, false)) four_present_ = six_present_ = false;
  auto changed = model_.take_changed();
  for (const auto& key : changed) {
    const Service* service = model_.service(key);
    const auto slices = model_.slices(key);
    for (Table* table : {&four_, &six_})
      table->stage(
          key, service ? build_fragment(*service, slices, table->options(), table->fragment(key))
                       : Fragment());
  }
  return changed;
}

Result<Proxy::Report> Proxy::sync() {
  const std::lock_guard lock(sync_mutex_);
  Ownership::Turn turn(owner_);
  if (!turn.ours()) {
    Report report;
    report.superseded = true;
    return report;
  }
  auto report = sync_locked();
  if (report.ok()) KUBUS_TRY(turn.claim());
  return report;
}

Result<Proxy::Report> Proxy::sync_locked() {
  Report report;
  report.services = stage_changes().size();
  KUBUS_TRY(program(four_, four_present_, report));
  // A kernel without IPv6 is of no concern until a service wants it.
  if (!six_.empty() || six_present_)
    KUBUS_TRY(program(six_, six_present_, report));
  else if (report.full)
    (void)nft_.run(remove_text(Family::kIpv6));
  for (Table* table : {&four_, &six_}) {
    auto forgotten = forget_flows(table->options().family, table->take_closed_flows());
    if (!forgotten.ok()) return forgotten.status();
    report.forgotten_flows += *forgotten;
  }
  return report;
}

Status Proxy::program(Table& table, bool& present, Report& report) {
  const std::string change = table.take_change();
  if (!present) return replace(table, present, report);
  if (change.empty()) return {};
  Status status = nft_.run(change);
  report.bytes += change.size();
  if (status.ok()) return status;
  // What is in the kernel is not what was thought: start over.
  report.recovered_from = status.message();
  present = false;
  return replace(table, present, report);
}

Status Proxy::replace(Table& table, bool& present, Report& report) {
  report.full = true;
  std::string text = table.full_text();
  text += remembered_clients(nft_, table);
  report.bytes += text.size();
  Status status = nft_.run(text);
  present = status.ok();
  return status;
}

Status Proxy::remove_all() {
  const std::lock_guard lock(sync_mutex_);
  const Ownership::Turn turn(owner_);
  if (!turn.ours()) return {};
  distrust();
  (void)nft_.run(remove_text(Family::kIpv6));
  return nft_.run(remove_text(Family::kIpv4));
}

}  // namespace kubus::proxy_nftables
