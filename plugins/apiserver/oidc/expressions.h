// Expressions over the claims of a token, and over whom they name.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "kubus/status.h"
#include "oidc/settings.h"
#include "validation/field_error.h"

namespace kubus::apiserver::oidc {

// Ready to run. What is wrong with the text is added to `errors`. `condition`: it must yield true
// or false.
Expression compile_claims_expression(const std::string& text, bool condition, const Path& path,
                                     ErrorList& errors);
// A condition over the variable `user`.
Expression compile_user_expression(const std::string& text, const Path& path, ErrorList& errors);
// Whether it takes that claim.
bool takes_claim(const Expression& expression, std::string_view claim);

// kUnauthorized, as the reference words it, where an expression fails or yields something else.
// `what`: "username", "uid".
Result<std::string> evaluate_text(const Expression& expression, const boost::json::value& claims,
                                  const std::string& what);
// One text or a list of them; empty ones are left out.
Result<std::vector<std::string>> evaluate_texts(const Expression& expression,
                                                const boost::json::value& claims,
                                                const std::string& what);
// kUnauthorized for the first rule that does not hold of `subject`: claims, or a user_document().
Status check_rules(const std::vector<Rule>& rules, const boost::json::value& subject,
                   const std::string& what);
boost::json::value user_document(const Identity& identity);

}  // namespace kubus::apiserver::oidc
