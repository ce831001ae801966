// What a conversion webhook is asked, and what may be believed of its answer: ConversionReview of
// apiextensions.k8s.io, in the words of the reference.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

// The first version of `accepted`, the conversionReviewVersions of a definition, that is known
// here: "v1", "v1beta1", or empty.
std::string_view review_version(const std::vector<std::string>& accepted);

// The question: `objects`, each the JSON of one, are wanted in `api_version`.
std::string conversion_question(std::string_view review_version, const std::string& uid,
                                const std::string& api_version,
                                const std::vector<std::string_view>& objects);

// The objects in an answer, whatever they are. kUnknown: the webhook says why it has none, or the
// answer is not one to the question `uid`.
Result<std::vector<boost::json::value>> converted_objects(std::string_view answer,
                                                          std::string_view review_version,
                                                          const std::string& uid);

// Makes of what the webhook has `converted` from `original` what may be used: a webhook changes
// everything but the metadata, and of that the labels and annotations. kUnknown: it is another
// object, or of another version than `api_version`. Of the original the type and the metadata are
// looked at alone.
Status settle_converted(const boost::json::object& original, const std::string& api_version,
                        boost::json::value& converted);

}  // namespace kubus::apiserver
