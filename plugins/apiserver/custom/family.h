// KindFamily: all versions of one custom kind, as its definition has them.
//
// Thread safety: immutable; kinds know of each other through it.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "custom/kind.h"

namespace kubus::apiserver {

class KindFamily {
 public:
  // `definition`: the JSON of the object, which is `tree`. `conversion` converts between the
  // versions and outlives this; null: they differ in nothing but their schemas.
  KindFamily(const Bytes& definition, const boost::json::object& tree, Conversion* conversion);
  KindFamily(const KindFamily&) = delete;
  KindFamily& operator=(const KindFamily&) = delete;

  // The version that is stored, if the definition has one: it comes first.
  const CustomKind& stored() const { return *kinds_.front(); }
  // Null: there is no such version. One that is not served is one, too.
  const CustomKind* find(std::string_view api_version) const;
  Conversion* conversion() const { return conversion_; }
  // Those that are served and the one that is stored, which comes first. They live as long as
  // `owner`, who has this.
  std::vector<std::shared_ptr<const CustomKind>> kinds(
      const std::shared_ptr<const void>& owner) const;

 private:
  std::vector<std::unique_ptr<const CustomKind>> kinds_;
  Conversion* conversion_;
};

}  // namespace kubus::apiserver
