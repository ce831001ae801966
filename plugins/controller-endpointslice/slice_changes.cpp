#include "slice_changes.h"

#include <algorithm>
#include <map>
#include <string>

#include "kubus/object.h"

namespace kubus::endpointslice {
namespace {

using Slice = discovery_v1::EndpointSlice;
using Labels = std::map<std::string, std::string>;

Labels labels_for(const core_v1::Service& service) {
  Labels labels(service.metadata().labels().begin(), service.metadata().labels().end());
  labels.erase(kHeadless);
  const auto& ip = service.spec().clusterip();
  if (ip.empty() || ip == "None") labels[kHeadless] = "";
  labels[kServiceName] = service.metadata().name();
  labels[kManagedBy] = kManager;
  return labels;
}

bool set_labels(Slice& slice, const Labels& labels) {
  auto& own = *slice.mutable_metadata()->mutable_labels();
  if (Labels(own.begin(), own.end()) == labels) return false;
  own.clear();
  for (const auto& [key, value] : labels) own[key] = value;
  return true;
}

Slice new_slice(const core_v1::Service& service, const Labels& labels,
                const std::vector<discovery_v1::EndpointPort>& ports) {
  Slice slice;
  auto& metadata = *slice.mutable_metadata();
  metadata.set_generatename(service.metadata().name() + "-");
  metadata.set_namespace_(service.metadata().namespace_());
  set_labels(slice, labels);
  set_controller(slice, service);
  slice.set_addresstype("IPv4");
  for (const auto& port : ports) *slice.add_ports() = port;
  return slice;
}

// What makes two states of an endpoint the same endpoint.
std::string identity(const discovery_v1::Endpoint& endpoint) {
  std::string text = endpoint.targetref().namespace_() + "/" + endpoint.targetref().name();
  for (const auto& address : endpoint.addresses()) text += "|" + address;
  return text;
}

// A slice that is kept, possibly changed.
struct Kept {
  SlicePtr before;
  Slice now;
  bool changed = false;
  std::size_t size() const { return static_cast<std::size_t>(now.endpoints_size()); }
};

using Pending = std::map<std::string, discovery_v1::Endpoint>;

// Takes what the slice holds out of `pending`, brings it up to date and drops the rest.
void keep_wanted(Kept& kept, Pending& pending) {
  google::protobuf::RepeatedPtrField<discovery_v1::Endpoint> endpoints;
  for (const auto& endpoint : kept.before->endpoints()) {
    auto it = pending.find(identity(endpoint));
    if (it == pending.end()) {
      kept.changed = true;
      continue;
    }
    kept.changed |= !same_content(endpoint, it->second);
    *endpoints.Add() = std::move(it->second);
    pending.erase(it);
  }
  kept.now.mutable_endpoints()->Swap(&endpoints);
}

void fill(Slice& slice, Pending& pending, std::size_t max) {
  while (!pending.empty() && static_cast<std::size_t>(slice.endpoints_size()) < max) {
    auto node = pending.extract(pending.begin());
    *slice.add_endpoints() = std::move(node.mapped());
  }
}

// The fullest unchanged slice with room for all that is pending.
Kept* slice_with_room(std::vector<Kept>& kept, std::size_t needed, std::size_t max) {
  Kept* best = nullptr;
  for (Kept& one : kept) {
    if (one.changed || one.size() + needed > max) continue;
    if (!best || one.size() > best->size()) best = &one;
  }
  return best;
}

void place_pending(std::vector<Kept>& kept, Pending& pending, std::size_t max) {
  std::vector<Kept*> written;
  for (Kept& one : kept)
    if (one.changed && one.size() > 0) written.push_back(&one);
  std::stable_sort(written.begin(), written.end(),
                   [](const Kept* a, const Kept* b) { return a->size() > b->size(); });
  for (Kept* one : written) fill(one->now, pending, max);
  if (pending.empty()) return;
  if (Kept* one = slice_with_room(kept, pending.size(), max)) {
    fill(one->now, pending, max);
    one->changed = true;
  }
}

void change_group(const core_v1::Service& service, const Labels& labels, const PortGroup& group,
                  const std::vector<SlicePtr>& existing, std::size_t max, SliceChanges& changes) {
  Pending pending;
  for (const auto& endpoint : group.endpoints) pending.emplace(identity(endpoint), endpoint);
  std::vector<Kept> kept;
  for (const auto& slice : existing) {
    Kept one{slice, *slice, false};
    one.changed = set_labels(one.now, labels);
    keep_wanted(one, pending);
    if (one.size() == 0) {
      changes.remove.push_back(slice);
    } else {
      kept.push_back(std::move(one));
    }
  }
  place_pending(kept, pending, max);
  for (Kept& one : kept)
    if (one.changed) changes.update.push_back(std::move(one.now));
  while (!pending.empty()) {
    auto& slice = changes.create.emplace_back(new_slice(service, labels, group.ports));
    fill(slice, pending, max);
  }
}

// With no endpoint at all one empty slice stands for the service.
void keep_placeholder(const core_v1::Service& service, const Labels& labels,
                      SliceChanges& changes) {
  auto empty = std::find_if(changes.remove.begin(), changes.remove.end(), [&](const SlicePtr& s) {
    return s->endpoints_size() == 0 && s->ports_size() == 0 && s->addresstype() == "IPv4" &&
           controller_of(*s).uid == service.metadata().uid();
  });
  if (empty == changes.remove.end()) {
    changes.create.push_back(new_slice(service, labels, {}));
    return;
  }
  Slice slice = **empty;
  changes.remove.erase(empty);
  if (set_labels(slice, labels)) changes.update.push_back(std::move(slice));
}

}  // namespace

bool is_slice_of(const core_v1::Service& service, const Slice& slice) {
  if (slice.metadata().namespace_() != service.metadata().namespace_()) return false;
  const auto& labels = slice.metadata().labels();
  const auto name = labels.find(kServiceName);
  const auto manager = labels.find(kManagedBy);
  return name != labels.end() && name->second == service.metadata().name() &&
         manager != labels.end() && manager->second == kManager;
}

SliceChanges slice_changes(const core_v1::Service& service, std::vector<PortGroup> wanted,
                           const std::vector<SlicePtr>& existing, std::size_t max_endpoints) {
  SliceChanges changes;
  std::map<std::string, std::vector<SlicePtr>> by_ports;
  for (const auto& slice : existing) {
    if (is_deleting(*slice)) continue;
    const bool own = controller_of(*slice).uid == service.metadata().uid();
    if (own && slice->addresstype() == "IPv4") {
      by_ports[ports_key(slice->ports())].push_back(slice);
    } else {
      changes.remove.push_back(slice);
    }
  }
  const Labels labels = labels_for(service);
  for (const PortGroup& group : wanted) {
    auto node = by_ports.extract(ports_key(group.ports));
    change_group(service, labels, group, node ? node.mapped() : std::vector<SlicePtr>(),
                 max_endpoints, changes);
  }
  for (auto& [key, slices] : by_ports)
    changes.remove.insert(changes.remove.end(), slices.begin(), slices.end());
  if (wanted.empty()) keep_placeholder(service, labels, changes);
  if (is_deleting(service)) changes.create.clear();
  return changes;
}

}  // namespace kubus::endpointslice
