#include "fairness/fairness.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>
#include <tuple>

namespace kubus::apiserver::fairness {
namespace {

LevelSettings settings_of(const flowcontrol_v1::PriorityLevelConfigurationSpec& spec) {
  LevelSettings settings;
  settings.exempt = spec.type() == "Exempt";
  const auto& response = spec.limited().limitresponse();
  if (settings.exempt || response.type() != "Queue") return settings;
  const auto& queuing = response.queuing();
  settings.queues = static_cast<std::size_t>(std::max(queuing.queues(), 1));
  settings.hand = static_cast<std::size_t>(std::max(queuing.handsize(), 1));
  settings.queue_length = static_cast<std::size_t>(std::max(queuing.queuelengthlimit(), 0));
  return settings;
}

// Without the mandatory ones there is no server.
template <class Object>
void add_mandatory(const std::vector<Object>& defaults, std::map<std::string, Object>& objects) {
  for (const auto& object : defaults)
    if (is_mandatory(object.metadata().name()))
      objects.try_emplace(object.metadata().name(), object);
}

// No request takes more than this part of its level, nor more than ten seats.
int most_seats(const Bounds& bounds) {
  return std::clamp(static_cast<int>(std::ceil(bounds.nominal * 0.15)), 1, 10);
}

}  // namespace

std::uint64_t Lane::flow(const Identity& identity, const RequestInfo& info) const {
  auto mixed = seed + std::hash<std::string_view>()(matcher.distinguisher(identity, info));
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

Fairness::Fairness(int seats, Surroundings surroundings)
    : seats_(seats), surroundings_(std::move(surroundings)) {
  rebuild();
}

std::shared_ptr<const Lane> Fairness::classify(const Identity& identity,
                                               const RequestInfo& info) const {
  std::shared_lock lock(lanes_mutex_);
  for (const auto& lane : *lanes_)
    if (lane->matcher.matches(identity, info)) return lane;
  return lanes_->back();
}

void Fairness::put(FlowSchema schema) {
  std::lock_guard lock(objects_mutex_);
  const auto name = schema.metadata().name();
  schemas_[name] = std::move(schema);
  rebuild();
}

void Fairness::put(PriorityLevelConfiguration level) {
  std::lock_guard lock(objects_mutex_);
  const auto name = level.metadata().name();
  levels_[name] = std::move(level);
  rebuild();
}

void Fairness::remove_schema(const std::string& name) {
  std::lock_guard lock(objects_mutex_);
  schemas_.erase(name);
  rebuild();
}

void Fairness::remove_level(const std::string& name) {
  std::lock_guard lock(objects_mutex_);
  levels_.erase(name);
  rebuild();
}

// A level that goes lives on until its last request is done.
void Fairness::hold_levels(const std::map<std::string, PriorityLevelConfiguration>& wanted) {
  std::erase_if(held_, [&](const auto& held) { return !wanted.contains(held.first); });
  std::vector<Shares> shares;
  for (const auto& [name, object] : wanted) {
    auto& held = held_[name];
    if (!held.level) held.level = std::make_shared<Level>(name, surroundings_);
    held.level->configure(settings_of(object.spec()));
    held.shares = Shares::of(object.spec());
    shares.push_back(held.shares);
  }
  const auto bounds = nominal_bounds(shares, seats_);
  auto bound = bounds.begin();
  for (auto& [name, held] : held_) {
    held.bounds = *bound++;
    held.limit = held.limit < 0 ? held.bounds.nominal
                                : std::clamp(held.limit, held.bounds.least, held.bounds.most);
    show_bounds(name, held.bounds);
    show_limit(name, held.limit);
    held.level->set_limit(held.limit);
  }
}

void Fairness::rebuild() {
  auto levels = levels_;
  auto schemas = schemas_;
  add_mandatory(default_levels(), levels);
  add_mandatory(default_schemas(), schemas);
  hold_levels(levels);
  auto lanes = std::make_shared<Lanes>();
  for (const auto& [name, schema] : schemas) {
    const auto& spec = schema.spec();
    const auto& level_name = spec.prioritylevelconfiguration().name();
    const auto held = held_.find(level_name);
    if (held == held_.end()) continue;
    const auto& level = held->second.level;
    lanes->push_back(std::make_shared<const Lane>(
        Lane{name, schema.metadata().uid(), levels[level_name].metadata().uid(),
             spec.matchingprecedence(), Matcher(spec), level, level->series(name),
             std::hash<std::string>()(name), most_seats(held->second.bounds)}));
  }
  std::sort(lanes->begin(), lanes->end(), [](const auto& one, const auto& other) {
    return std::tie(one->precedence, one->name) < std::tie(other->precedence, other->name);
  });
  std::unique_lock lock(lanes_mutex_);
  lanes_ = std::move(lanes);
}

void Fairness::adjust() {
  std::lock_guard lock(objects_mutex_);
  std::vector<Borrower> levels;
  for (auto& [name, held] : held_) {
    held.demand.update(held.level->take_demand());
    levels.push_back({held.shares.exempt, held.bounds, held.demand});
  }
  std::vector<double> targets;
  double fraction = 1;
  const auto limits = adjusted_limits(levels, targets, fraction);
  std::size_t at = 0;
  for (auto& [name, held] : held_) {
    show_demand(name, held.demand, targets[at]);
    held.limit = limits[at++];
    show_limit(name, held.limit);
    held.level->set_limit(held.limit);
  }
  show_fraction(fraction);
}

void Fairness::close() {
  for (const auto& level : levels()) level->close();
}

std::vector<FlowSchema> Fairness::schemas() const {
  std::lock_guard lock(objects_mutex_);
  std::vector<FlowSchema> all;
  for (const auto& [name, schema] : schemas_) all.push_back(schema);
  return all;
}

bool Fairness::has_level(const std::string& name) const {
  std::lock_guard lock(objects_mutex_);
  return levels_.contains(name);
}

std::vector<std::shared_ptr<Level>> Fairness::levels() const {
  std::lock_guard lock(objects_mutex_);
  std::vector<std::shared_ptr<Level>> all;
  for (const auto& [name, held] : held_) all.push_back(held.level);
  return all;
}

}  // namespace kubus::apiserver::fairness
