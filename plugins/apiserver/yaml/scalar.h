// What a scalar of YAML 1.1 stands for.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::apiserver {

// The tags that scalars have by themselves, in their short form.
enum class ScalarTag { kText, kNull, kBool, kInt, kFloat, kTime, kMerge };

struct ResolvedScalar {
  ScalarTag tag = ScalarTag::kText;
  boost::json::value value;  // a time is its text
};

// A scalar without quotes and tags.
ResolvedScalar resolve_scalar(std::string_view text);
// One with a tag, "tag:yaml.org,2002:int" or "!mine". kBadRequest where the text is none of that.
Result<boost::json::value> resolve_tagged(std::string_view tag, std::string_view text);

// Whether without quotes, as a value, it would be something else than this text, here or to readers
// of old.
bool needs_quotes(std::string_view text);

// 2026-01-02 and 2026-01-02T03:04:05.6Z, with fewer digits too.
bool is_timestamp(std::string_view text);

}  // namespace kubus::apiserver
