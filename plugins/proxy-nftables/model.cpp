#include "model.h"

#include <utility>

namespace kubus::proxy_nftables {

void Model::set_service(Service service) {
  changed_.insert(service.key);
  std::string key = service.key;
  services_.insert_or_assign(std::move(key), std::move(service));
}

void Model::remove_service(const std::string& key) {
  if (services_.erase(key)) changed_.insert(key);
}

void Model::set_slice(const std::string& id, EndpointSlice slice) {
  unlink(id);
  changed_.insert(slice.service);
  slices_of_[slice.service].insert(id);
  slices_.insert_or_assign(id, std::move(slice));
}

void Model::remove_slice(const std::string& id) {
  unlink(id);
  slices_.erase(id);
}

void Model::unlink(const std::string& id) {
  const auto found = slices_.find(id);
  if (found == slices_.end()) return;
  const std::string& service = found->second.service;
  changed_.insert(service);
  const auto siblings = slices_of_.find(service);
  siblings->second.erase(id);
  if (siblings->second.empty()) slices_of_.erase(siblings);
}

const Service* Model::service(const std::string& key) const {
  const auto found = services_.find(key);
  return found == services_.end() ? nullptr : &found->second;
}

std::vector<const EndpointSlice*> Model::slices(const std::string& service) const {
  std::vector<const EndpointSlice*> out;
  if (const auto found = slices_of_.find(service); found != slices_of_.end())
    for (const auto& id : found->second) out.push_back(&slices_.at(id));
  return out;
}

std::vector<std::string> Model::services() const {
  std::vector<std::string> out;
  out.reserve(services_.size());
  for (const auto& [key, service] : services_) out.push_back(key);
  return out;
}

std::set<std::string> Model::take_changed() { return std::exchange(changed_, {}); }

}  // namespace kubus::proxy_nftables
