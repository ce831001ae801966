#include "validation/device_expression.h"

#include "cel/cost.h"
#include "cel/program.h"

namespace kubus::apiserver {
namespace {

// How long the names and values of a device are, and how many it has.
constexpr std::uint64_t kDriverCharacters = 63;
constexpr std::uint64_t kDomainCharacters = 63;
constexpr std::uint64_t kNameCharacters = 32;
constexpr std::uint64_t kValueCharacters = 64;
constexpr std::uint64_t kMostTraits = 32;

using cel::Kind;

cel::TypePtr bounded(Kind kind, std::uint64_t most, std::string_view name = {}) {
  auto out = std::make_shared<cel::Type>();
  out->kind = kind;
  out->name = name;
  out->most = most;
  return out;
}

// By domain, then by name.
cel::TypePtr traits_of(cel::TypePtr value) {
  const auto of_names = [](std::uint64_t characters, cel::TypePtr item) {
    auto out = std::make_shared<cel::Type>(
        *cel::map_of(bounded(Kind::kString, characters), std::move(item)));
    out->most = kMostTraits;
    return out;
  };
  return of_names(kDomainCharacters, of_names(kNameCharacters, std::move(value)));
}

const cel::Declarations& declarations() {
  static const cel::Declarations all = {
      {"device",
       cel::object_type("kubernetes.DRADevice",
                        {{"driver", bounded(Kind::kString, kDriverCharacters)},
                         {"attributes", traits_of(bounded(Kind::kDyn, kValueCharacters, cel::kAny))},
                         {"capacity", traits_of(cel::opaque_type("kubernetes.Quantity"))}})}};
  return all;
}

}  // namespace

void check_device_expression(const std::string& expression, const Path& path, ErrorList& errors) {
  constexpr std::size_t kLongest = 10 * 1024;
  if (expression.empty()) return errors.required(path);
  if (expression.size() > kLongest) return errors.too_long(path, kLongest);
  const auto program = cel::Program::compile(expression, declarations(), true);
  if (!program.ok())
    return errors.invalid(path, expression, "compilation failed: " + program.error());
  const auto& type = *program.type();
  if (type.kind != Kind::kBool && type.kind != Kind::kDyn) {
    errors.invalid(path, expression,
                   "must evaluate to bool or the unknown type, not " + type.text());
  } else if (program.highest_cost(declarations()) > cel::kExpressionCost) {
    errors.forbidden(path, "too complex, exceeds cost limit");
  }
}

}  // namespace kubus::apiserver
