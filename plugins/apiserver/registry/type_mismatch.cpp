#include "registry/type_mismatch.h"

#include "kubus/api/resource.h"

namespace kubus::apiserver {

std::string other_type(const TypeMeta& sent, const MessageInfo& wanted) {
  const auto& version = sent.api_version.empty() ? wanted.api_version : sent.api_version;
  const auto& kind = sent.kind.empty() ? wanted.kind : sent.kind;
  if (version == wanted.api_version && kind == wanted.kind) return {};
  const auto* other = find_message(version, kind);
  if (!other)
    return "no kind \"" + kind + "\" is registered for version \"" + version +
           "\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"";
  const auto group = wanted.group.substr(0, wanted.group.find('.'));
  return "converting (" + message_info(*other).go_name + ") to (" +
         (group.empty() ? "core" : group) + "." + wanted.kind + "): unknown conversion";
}

}  // namespace kubus::apiserver
