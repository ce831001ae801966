#include "validation/definition.h"

#include <algorithm>
#include <set>

#include "validation/checks.h"
#include "validation/definition_schema.h"
#include "validation/definition_text.h"
#include "validation/printable.h"

namespace kubus::apiserver {
namespace {

using Spec = apiextensions_v1::CustomResourceDefinitionSpec;
using Names = apiextensions_v1::CustomResourceDefinitionNames;

constexpr char kApproval[] = "api-approved.kubernetes.io";

void check_label(const std::string& name, const Path& path, ErrorList& errors) {
  if (const auto wrong = check_dns1035_label(name); !wrong.empty())
    errors.invalid(path, name, join_messages(wrong));
}

void check_kind(const std::string& name, const Path& path, ErrorList& errors) {
  if (const auto wrong = check_dns1035_label(lower_case(name)); !wrong.empty())
    errors.invalid(path, name,
                   "may have mixed case, but should otherwise match: " + join_messages(wrong));
}

void require_names(const Names& names, const Path& path, ErrorList& errors) {
  if (names.plural().empty()) errors.required(path.child("plural"));
  if (names.singular().empty()) errors.required(path.child("singular"));
  if (names.kind().empty()) errors.required(path.child("kind"));
  if (names.listkind().empty()) errors.required(path.child("listKind"));
}

void check_names(const Names& names, const Path& path, ErrorList& errors) {
  if (!names.plural().empty()) check_label(names.plural(), path.child("plural"), errors);
  if (!names.singular().empty()) check_label(names.singular(), path.child("singular"), errors);
  if (!names.kind().empty()) check_kind(names.kind(), path.child("kind"), errors);
  if (!names.listkind().empty()) check_kind(names.listkind(), path.child("listKind"), errors);
  for (int i = 0; i < names.shortnames_size(); ++i)
    check_label(names.shortnames(i), path.child("shortNames").index(static_cast<std::size_t>(i)),
                errors);
  if (!names.kind().empty() && names.kind() == names.listkind())
    errors.invalid(path.child("listKind"), names.listkind(),
                   "kind and listKind may not be the same");
  for (int i = 0; i < names.categories_size(); ++i)
    check_label(names.categories(i), path.child("categories").index(static_cast<std::size_t>(i)),
                errors);
}

void check_group(const std::string& group, const Path& path, ErrorList& errors) {
  if (group.empty()) return errors.required(path);
  if (const auto wrong = check_dns1123_subdomain(group); !wrong.empty())
    errors.invalid(path, group, join_messages(wrong));
  else if (group.find('.') == std::string::npos)
    errors.invalid(path, group, "should be a domain with at least one dot");
}

void check_warning(const std::string& text, const Path& path, ErrorList& errors) {
  constexpr std::size_t kLongest = 256;
  if (text.empty()) errors.invalid(path, text, "must not be an empty string");
  if (text.size() > kLongest)
    errors.invalid(path, text, "must be <= 256 characters long");
  std::size_t at = 0;
  for (const auto rune : runes_of(text)) {
    if (!is_printable(rune))
      return errors.invalid(path, text,
                            "must only contain printable UTF-8 characters; non-printable character "
                            "found at index " +
                                std::to_string(at));
    at += rune.size();
  }
}

void check_versions(const Spec& spec, const Path& path, ErrorList& errors) {
  std::set<std::string> names;
  int stored = 0;
  bool unique = true;
  for (int i = 0; i < spec.versions_size(); ++i) {
    const auto& version = spec.versions(i);
    const auto at = path.child("versions").index(static_cast<std::size_t>(i));
    stored += version.storage() ? 1 : 0;
    unique &= names.insert(version.name()).second;
    check_label(version.name(), at.child("name"), errors);
    if (version.has_deprecationwarning() && !version.deprecated())
      errors.invalid(at.child("deprecationWarning"), version.deprecationwarning(),
                     "can only be set for deprecated versions");
    if (version.has_deprecationwarning())
      check_warning(version.deprecationwarning(), at.child("deprecationWarning"), errors);
    if (!version.schema().has_openapiv3schema())
      errors.required(at.child("schema").child("openAPIV3Schema"));
    check_definition_version(spec, i, path, errors);
  }
  if (!unique)
    errors.invalid_json(path.child("versions"), internal_versions_json(spec),
                        "must contain unique version names");
  if (stored != 1)
    errors.invalid_json(path.child("versions"), internal_versions_json(spec),
                        "must have exactly one version marked as storage version");
  // The reference keeps the name of the first one as that of the whole, too.
  if (spec.versions_size() > 0 && !spec.versions(0).name().empty())
    check_label(spec.versions(0).name(), path.child("version"), errors);
}

// Whether a version had that schema before.
bool had_schema(const Spec* old, const apiextensions_v1::CustomResourceDefinitionVersion& version) {
  return old && std::any_of(old->versions().begin(), old->versions().end(), [&](const auto& v) {
           return v.name() == version.name() && equal(v.schema(), version.schema());
         });
}

void check_schemas(const Spec& spec, const Spec* old, const Path& path, ErrorList& errors) {
  // One that all versions have is told of once.
  const bool same = std::all_of(spec.versions().begin(), spec.versions().end(), [&](const auto& v) {
    return equal(v.schema(), spec.versions(0).schema());
  });
  for (int i = 0; i < spec.versions_size(); ++i) {
    const auto& version = spec.versions(i);
    if (!version.schema().has_openapiv3schema()) continue;
    const auto at = same
                        ? path.child("validation")
                        : path.child("versions").index(static_cast<std::size_t>(i)).child("schema");
    check_structural_schema(version.schema().openapiv3schema(), at.child("openAPIV3Schema"),
                            !had_schema(old, version), errors);
    if (same) return;
  }
}

bool is_protected(const std::string& group) {
  for (const std::string_view owner : {"k8s.io", "kubernetes.io"})
    if (group == owner || group.ends_with("." + std::string(owner))) return true;
  return false;
}

void check_approval(const CustomResourceDefinition& object, ErrorList& errors) {
  if (!is_protected(object.spec().group())) return;
  constexpr char kSee[] = "see https://github.com/kubernetes/enhancements/pull/1111";
  const auto path = Path("metadata").child("annotations").key(kApproval);
  const auto& annotations = object.metadata().annotations();
  const auto found = annotations.find(kApproval);
  if (found == annotations.end() || found->second.empty())
    return errors.required(path, std::string("protected groups must have approval annotation ") +
                                     quoted(kApproval) + ", " + kSee);
  const auto& value = found->second;
  if (value.find("://") == std::string::npos && !value.starts_with("unapproved"))
    errors.invalid(path, value,
                   std::string("protected groups must have approval annotation ") +
                       quoted(kApproval) + " with either a URL or a reason starting with " +
                       "\"unapproved\", " + kSee);
}

bool is_established(const CustomResourceDefinition& object) {
  const auto& conditions = object.status().conditions();
  return std::any_of(conditions.begin(), conditions.end(), [](const auto& condition) {
    return condition.type() == "Established" && condition.status() == "True";
  });
}

std::string missing_version(const std::string& name) {
  return "missing from spec.versions; " + name +
         " was previously a storage version, and must remain in spec.versions until a storage "
         "migration ensures no data remains persisted in " +
         name + " and removes " + name + " from status.storedVersions";
}

// Objects may be stored in each of these.
void check_stored_versions(const CustomResourceDefinition& object, ErrorList& errors) {
  const auto path = Path("status").child("storedVersions");
  const auto& versions = object.spec().versions();
  const auto& stored = object.status().storedversions();
  if (stored.empty())
    return errors.invalid_json(path, "null", "must have at least one stored version");
  for (int i = 0; i < object.status().storedversions_size(); ++i) {
    const auto& name = object.status().storedversions(i);
    if (std::none_of(versions.begin(), versions.end(),
                     [&](const auto& version) { return version.name() == name; }))
      errors.invalid(path.index(static_cast<std::size_t>(i)), name, missing_version(name));
  }
  const auto storage =
      std::find_if(versions.rbegin(), versions.rend(), [](const auto& v) { return v.storage(); });
  if (storage == versions.rend() ||
      std::find(stored.begin(), stored.end(), storage->name()) != stored.end())
    return;
  errors.invalid_json(path, list_json(stored), "must have the storage version " + storage->name());
}

}  // namespace

void check_definition(const CustomResourceDefinition& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  check_group(spec.group(), path.child("group"), errors);
  check_one_of(spec.scope(), {"Cluster", "Namespaced"}, path.child("scope"), errors);
  check_versions(spec, path, errors);
  if (spec.preserveunknownfields())
    errors.invalid_json(path.child("preserveUnknownFields"), "true",
                        "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
                        "spec.versions[*].schema instead");
  require_names(spec.names(), path.child("names"), errors);
  check_names(spec.names(), path.child("names"), errors);
  check_conversion(spec, path.child("conversion"), errors);
  check_stored_versions(object, errors);
  check_approval(object, errors);
}

void check_definition_create(const CustomResourceDefinition& object, ErrorList& errors) {
  const auto& name = object.metadata().name();
  if (!name.empty() && name != object.spec().names().plural() + "." + object.spec().group()) {
    // It is told of first.
    ErrorList named;
    named.invalid(Path("metadata").child("name"), name,
                  "must be spec.names.plural+\".\"+spec.group");
    named.append(std::move(errors));
    errors = std::move(named);
  }
  check_schemas(object.spec(), nullptr, Path("spec"), errors);
}

void check_definition_update(const CustomResourceDefinition& object,
                             const CustomResourceDefinition& old, ErrorList& errors) {
  const Path path("spec");
  check_schemas(object.spec(), &old.spec(), path, errors);
  const auto& now = object.spec();
  const auto& before = old.spec();
  if (is_established(old)) {
    check_immutable(now.scope(), before.scope(), path.child("scope"), errors);
    check_immutable(now.names().kind(), before.names().kind(), path.child("names").child("kind"),
                    errors);
  }
  check_immutable(now.group(), before.group(), path.child("group"), errors);
  check_immutable(now.names().plural(), before.names().plural(),
                  path.child("names").child("plural"), errors);
}

void check_definition_status(const CustomResourceDefinition& object,
                             const CustomResourceDefinition& /*old*/, ErrorList& errors) {
  check_names(object.status().acceptednames(), Path("status").child("acceptedNames"), errors);
}

}  // namespace kubus::apiserver
