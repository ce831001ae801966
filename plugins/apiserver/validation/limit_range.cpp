#include <k8s/core/v1/limit_range.pb.h>

#include <cstdio>
#include <map>
#include <set>

#include "kubus/api/quantity.h"
#include "validation/checks.h"
#include "validation/pod_spec.h"
#include "validation/resource_names.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using core_v1::LimitRangeItem;
using QuantityMap = google::protobuf::Map<std::string, Quantity>;

class ItemCheck {
 public:
  ItemCheck(const LimitRangeItem& item, const Path& path, ErrorList& errors)
      : item_(item), path_(path), errors_(errors) {}

  void check_type() {
    const auto& type = item_.type();
    const Messages messages = check_qualified_name(type);
    errors_.invalid_each(path_.child("type"), type, messages);
    if (messages.empty() && type.find('/') == std::string::npos && type != "Pod" &&
        type != "Container" && type != "PersistentVolumeClaim")
      errors_.invalid(path_.child("type"), type,
                      "must be a standard limit type or fully qualified");
  }

  // The rest of it.
  void run() {
    check_names(item_.max(), "max");
    check_names(item_.min(), "min");
    if (item_.type() == "Pod") {
      for (const char* name : {"default", "defaultRequest"})
        if (!(std::string_view(name) == "default" ? item_.default_() : item_.defaultrequest())
                 .empty())
          errors_.forbidden(path_.child(name), "may not be specified when `type` is 'Pod'");
    } else {
      check_names(item_.default_(), "default");
      check_names(item_.defaultrequest(), "defaultRequest");
    }
    if (item_.type() == "PersistentVolumeClaim" && !item_.min().contains("storage") &&
        !item_.max().contains("storage"))
      errors_.required(path_.child("limits"),
                       "either minimum or maximum storage value is required, but neither was "
                       "provided");
    check_names(item_.maxlimitrequestratio(), "maxLimitRequestRatio");
    for (const auto& name : names_) check_values(name);
  }

 private:
  struct Value {
    bool given = false;
    QuantityValue amount;
    std::string text() const { return amount.to_string(); }
  };
  static Value find(const QuantityMap& map, const std::string& name) {
    const auto found = map.find(name);
    if (found == map.end()) return {};
    return {true, QuantityValue::of(found->second)};
  }

  void check_names(const QuantityMap& amounts, const char* field) {
    std::set<std::string> sorted;
    for (const auto& [name, amount] : amounts) sorted.insert(name);
    for (const auto& name : sorted) {
      const Path at = path_.child(field).key(name);
      if (item_.type() == "Pod" || item_.type() == "Container")
        check_resource_name(name, at, errors_);
      else
        check_any_resource_name(name, at, errors_);
    }
    names_.merge(sorted);
  }

  void order(const char* low_name, const Value& low, const char* high_name, const Value& high,
             const Path& at, const Value& shown) {
    if (low.given && high.given && low.amount > high.amount)
      errors_.invalid(at, shown.text(),
                      std::string(low_name) + " value " + low.text() + " is greater than " +
                          high_name + " value " + high.text());
  }

  void check_values(const std::string& name) {
    const Value min = find(item_.min(), name), max = find(item_.max(), name),
                limit = find(item_.default_(), name), request = find(item_.defaultrequest(), name);
    const Path at_request = path_.child("defaultRequest").key(name);
    const Path at_limit = path_.child("default").key(name);
    order("min", min, "max", max, path_.child("min").key(name), min);
    order("min", min, "default request", request, at_request, request);
    order("default request", request, "max", max, at_request, request);
    order("default request", request, "default limit", limit, at_request, request);
    order("min", min, "default", limit, at_limit, min);
    order("default", limit, "max", max, at_limit, max);
    check_ratio(name, min, max);
    if (!is_overcommittable(name) && limit.given && request.given && limit.amount != request.amount)
      errors_.invalid(at_request, request.text(),
                      "default value " + limit.text() + " must equal to defaultRequest value " +
                          request.text() + " in " + name);
  }

  void check_ratio(const std::string& name, const Value& min, const Value& max) {
    const Value ratio = find(item_.maxlimitrequestratio(), name);
    if (!ratio.given) return;
    const Path at = path_.child("maxLimitRequestRatio").key(name);
    if (ratio.amount < QuantityValue::from_int(1))
      errors_.invalid(at, ratio.text(), "ratio " + ratio.text() + " is less than 1");
    if (!min.given || !max.given) return;
    const double most = max.amount.to_double() / min.amount.to_double();
    if (ratio.amount.to_double() <= most) return;
    char shown[64];
    std::snprintf(shown, sizeof(shown), "%f", most);
    errors_.invalid(at, ratio.text(),
                    "ratio " + ratio.text() + " is greater than max/min = " + shown);
  }

  const LimitRangeItem& item_;
  const Path& path_;
  ErrorList& errors_;
  std::set<std::string> names_;
};

void check_limit_range(const core_v1::LimitRange& object, ErrorList& errors) {
  const Path path = Path("spec").child("limits");
  std::set<std::string> types;
  for (int i = 0; i < object.spec().limits_size(); ++i) {
    const auto& item = object.spec().limits(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    ItemCheck check(item, at, errors);
    check.check_type();
    if (!types.insert(item.type()).second) errors.duplicate(at.child("type"), item.type());
    check.run();
  }
}

constexpr Validator kValidators[] = {
    {"k8s.io.api.core.v1.LimitRange", check_as<core_v1::LimitRange, check_limit_range>},
};

}  // namespace

std::span<const Validator> limit_range_validators() { return kValidators; }

}  // namespace kubus::apiserver
