// IntOrString: a number, or text such as a port's name or "25%".
//
// Thread safety: functions without state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kubus/api/types.h"
#include "kubus/status.h"

namespace kubus {

bool is_string(const k8s_intstr::IntOrString& field);
void set_int(k8s_intstr::IntOrString& field, std::int32_t value);
void set_string(k8s_intstr::IntOrString& field, std::string_view value);
// A number where the text is one ("80"), else the text: how command lines give a port.
void set_parsed(k8s_intstr::IntOrString& field, std::string_view text);
// "80" or "http".
std::string to_string(const k8s_intstr::IntOrString& field);

// The number itself, or that percentage of `total`, rounded up or down. kInvalid for text that is
// no percentage.
Result<std::int32_t> scaled_value(const k8s_intstr::IntOrString& field, std::int32_t total,
                                  bool round_up);

}  // namespace kubus
