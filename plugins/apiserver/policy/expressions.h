// What is wrong with the expressions in an object that is written: its validation does not know
// what they may speak of.
//
// Thread safety: pure functions.
#pragma once

#include "kubus/object.h"
#include "validation/field_error.h"

namespace kubus::apiserver::policy {

// Of the match conditions of a configuration of webhooks, and of all that a policy says; nothing
// for other kinds. Conditions of webhooks that are as they were in `old`, which may be null, are
// fine.
void check_admission_expressions(const Message& object, const Message* old, ErrorList& errors);

}  // namespace kubus::apiserver::policy
