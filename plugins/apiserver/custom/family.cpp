#include "custom/family.h"

#include <algorithm>
#include <boost/json.hpp>

namespace kubus::apiserver {

KindFamily::KindFamily(const Bytes& definition, const boost::json::object& tree,
                       Conversion* conversion)
    : conversion_(conversion) {
  const auto& versions = tree.at("spec").at("versions").as_array();
  for (std::size_t i = 0; i < versions.size(); ++i)
    kinds_.push_back(std::make_unique<CustomKind>(definition, tree, i, *this));
  std::stable_partition(kinds_.begin(), kinds_.end(),
                        [](const auto& kind) { return kind->storage(); });
}

const CustomKind* KindFamily::find(std::string_view api_version) const {
  for (const auto& kind : kinds_)
    if (kind->api_version() == api_version) return kind.get();
  return nullptr;
}

std::vector<std::shared_ptr<const CustomKind>> KindFamily::kinds(
    const std::shared_ptr<const void>& owner) const {
  std::vector<std::shared_ptr<const CustomKind>> out;
  for (const auto& kind : kinds_)
    if (kind->served() || kind->storage()) out.emplace_back(owner, kind.get());
  return out;
}

}  // namespace kubus::apiserver
