// Quantities, and numbers or percentages: what is taken prints its canonical form, which is taken
// as the same value.
#include <k8s/apimachinery/int_or_string.pb.h>

#include "kubus/api/int_or_string.h"
#include "kubus/api/quantity.h"
#include "target.h"

namespace kubus::fuzz {

void run(std::string_view input) {
  if (const auto quantity = QuantityValue::parse(input); quantity.ok()) {
    const std::string text = quantity->to_string();
    const auto again = QuantityValue::parse(text);
    require(again.ok() && *again == *quantity && again->to_string() == text,
            "a quantity does not print itself");
    (void)quantity->milli_value();
    (void)quantity->to_double();
    const auto sum = *quantity + *again;
    require((sum - *again).sign() <= 1, "impossible sign");
    require((-*quantity).value() <= 0 || quantity->sign() < 0, "the sign got lost");
  }
  k8s_intstr::IntOrString field;
  set_parsed(field, input);
  for (const std::int32_t total : {0, 7, 2'147'483'647}) (void)scaled_value(field, total, true);
}

std::vector<std::string> seeds() {
  return {"0",    "100m", "1.5Gi", "2e3",   "-1",   "+.5",  "1E",   "1Ei",
          "12n",  "3u",   "1k",    "25%",   "100%", "http", "8080", "9223372036854775807",
          "1e-9", "0.1",  "-5Mi",  "1.0e+2"};
}

}  // namespace kubus::fuzz
