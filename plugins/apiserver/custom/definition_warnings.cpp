#include "custom/definition_warnings.h"

#include <k8s/apiextensions/v1/custom_resource_definition.pb.h>

#include "validation/definition_schema.h"

namespace kubus::apiserver {
namespace {

class DefinitionWarnings final : public Admission {
 public:
  Status validate(const AdmissionCall& call) override {
    if (call.deletes() || !call.is("apiextensions.k8s.io", "customresourcedefinitions")) return {};
    const auto& definition =
        static_cast<const apiextensions_v1::CustomResourceDefinition&>(*call.object);
    for (int i = 0; i < definition.spec().versions_size(); ++i)
      if (has_expression_rules(definition.spec().versions(i).schema().openapiv3schema()))
        call.call.warnings.push_back(
            "spec.versions[" + std::to_string(i) +
            "].schema.openAPIV3Schema: x-kubernetes-validations are not enforced");
    return {};
  }
};

}  // namespace

std::unique_ptr<Admission> make_definition_warnings() {
  return std::make_unique<DefinitionWarnings>();
}

}  // namespace kubus::apiserver
