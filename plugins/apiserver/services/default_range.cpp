#include "services/default_range.h"

#include <algorithm>

#include "kubus/api/time.h"
#include "registry/reflect.h"
#include "services/address_object.h"

namespace kubus::apiserver {
namespace {

using networking_v1::ServiceCIDR;

constexpr const char* kFinalizer = "networking.k8s.io/service-cidr-finalizer";

bool has_ranges(const ServiceCIDR& object, const std::vector<std::string>& cidrs) {
  const auto& has = object.spec().cidrs();
  return std::equal(has.begin(), has.end(), cidrs.begin(), cidrs.end());
}

void set_ready(ServiceCIDR& object) {
  auto& condition = *object.mutable_status()->add_conditions();
  condition.set_type("Ready");
  condition.set_status("True");
  condition.set_reason("");
  condition.set_message("Kubernetes Service CIDR is ready");
  set_now(*condition.mutable_lasttransitiontime());
}

}  // namespace

const meta_v1::Condition* ready_condition(const ServiceCIDR& range) {
  for (const auto& condition : range.status().conditions())
    if (condition.type() == "Ready") return &condition;
  return nullptr;
}

ResourceCache& DefaultRange::ranges() const { return *registry_.cache().find(range_kind()); }

void DefaultRange::start(UniqueFunction<void(Status)> done) {
  done_ = std::move(done);
  running_ = true;
  pass();
}

void DefaultRange::wake() {
  if (!running_ || busy_ || ranges().revision() == seen_) return;
  busy_ = true;
  registry_.context().loop().post([this] {
    busy_ = false;
    if (running_) pass();
  });
}

void DefaultRange::pass() {
  if (busy_) return;
  seen_ = ranges().revision();
  const auto stored = ranges().get(kDefaultRange);
  if (!stored) return create();
  const auto decoded = stored->decode();
  const auto& object = static_cast<const ServiceCIDR&>(*decoded);
  const bool ours = has_ranges(object, cidrs_);
  if (ours && !stored->deleting() && !ready_condition(object)) return make_ready();
  if (!done_) return;
  if (!ours)
    registry_.context().log().warn(
        "the ServiceCIDR kubernetes has other ranges than service_cidr: make another one for them");
  std::exchange(done_, nullptr)({});
}

void DefaultRange::create() {
  auto object = std::make_unique<ServiceCIDR>();
  object->mutable_metadata()->set_name(kDefaultRange);
  object->mutable_metadata()->add_finalizers(kFinalizer);
  for (const auto& cidr : cidrs_) object->mutable_spec()->add_cidrs(cidr);
  busy_ = true;
  registry_.create_object(
      own_call(registry_.cache(), ranges().resource(), "", kDefaultRange, "create"),
      std::move(object), [this](const Result<Answer>& result) { settle(result.status()); });
}

void DefaultRange::make_ready() {
  busy_ = true;
  registry_.change(
      own_call(registry_.cache(), ranges().resource(), "", kDefaultRange, "update"), Part::kWhole,
      [](const Object&, const Message& current) -> Result<MessagePtr> {
        MessagePtr next = clone(current);
        auto& object = static_cast<ServiceCIDR&>(*next);
        if (!ready_condition(object)) set_ready(object);
        return next;
      },
      [this](const Result<Answer>& result) { settle(result.status()); });
}

void DefaultRange::settle(const Status& status) {
  // A write may end at once, within the pass.
  registry_.context().loop().post([this, status] {
    busy_ = false;
    const bool fine = status.ok() || status.code() == Code::kNotFound ||
                      status.code() == Code::kAlreadyExists;
    if (fine && running_) return pass();
    if (fine) return;
    if (done_) return std::exchange(done_, nullptr)(status);
    registry_.context().log().warn("the ServiceCIDR kubernetes cannot be written",
                                   {{"error", status.to_string()}});
  });
}

}  // namespace kubus::apiserver
