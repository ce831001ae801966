#include "fairness/sharing.h"

#include <algorithm>
#include <cmath>

namespace kubus::apiserver::fairness {
namespace {

constexpr double kRemembered = 0.977;

int percent_of(int seats, int percent) {
  return static_cast<int>(std::lround(static_cast<double>(seats) * percent / 100));
}

double divided(const std::vector<Wish>& wishes, double fraction) {
  double sum = 0;
  for (const auto& wish : wishes) sum += std::clamp(wish.target * fraction, wish.least, wish.most);
  return sum;
}

// Of a level, the seats below which its limit does not go while its demand is what it was.
double least_now(const Borrower& level) {
  const auto& bounds = level.bounds;
  const double most = level.demand.last.most;
  const double wanted = level.exempt ? most : std::min(static_cast<double>(bounds.nominal), most);
  return std::max(static_cast<double>(bounds.least), wanted);
}

}  // namespace

Shares Shares::of(const flowcontrol_v1::PriorityLevelConfigurationSpec& spec) {
  Shares shares;
  shares.exempt = spec.type() == "Exempt";
  if (shares.exempt) {
    shares.shares = spec.exempt().nominalconcurrencyshares();
    shares.lendable = spec.exempt().lendablepercent();
    return shares;
  }
  const auto& limited = spec.limited();
  shares.shares = limited.has_nominalconcurrencyshares() ? limited.nominalconcurrencyshares() : 30;
  shares.lendable = limited.lendablepercent();
  if (limited.has_borrowinglimitpercent()) shares.borrowing = limited.borrowinglimitpercent();
  return shares;
}

std::vector<Bounds> nominal_bounds(const std::vector<Shares>& levels, int seats) {
  double sum = 0;
  for (const auto& level : levels) sum += level.shares;
  std::vector<Bounds> all(levels.size());
  int given = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    auto& bounds = all[i];
    if (sum > 0) bounds.nominal = static_cast<int>(std::ceil(seats * levels[i].shares / sum));
    bounds.least = bounds.nominal - percent_of(bounds.nominal, levels[i].lendable);
    given += bounds.nominal;
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    auto& bounds = all[i];
    const bool any = levels[i].borrowing < 0;
    bounds.most = bounds.nominal + (any ? given : percent_of(bounds.nominal, levels[i].borrowing));
  }
  return all;
}

std::vector<double> divide(double seats, const std::vector<Wish>& wishes, double& fraction) {
  double low = 0, high = 1;
  // Far enough that every wish with a target is at its upper bound.
  for (const auto& wish : wishes)
    if (wish.target > 0) high = std::max(high, wish.most / wish.target);
  // The sum grows with the fraction; doubles have no more than this many steps between the two.
  for (int step = 0; step < 100 && low < high; ++step) {
    const double middle = (low + high) / 2;
    (divided(wishes, middle) < seats ? low : high) = middle;
  }
  fraction = high;
  std::vector<double> parts;
  parts.reserve(wishes.size());
  for (const auto& wish : wishes)
    parts.push_back(std::clamp(wish.target * fraction, wish.least, wish.most));
  return parts;
}

void Smoothed::update(const Demand& demand) {
  last = demand;
  const double envelope = demand.average + demand.deviation;
  smoothed = std::max(envelope, kRemembered * smoothed + (1 - kRemembered) * envelope);
}

std::vector<int> adjusted_limits(const std::vector<Borrower>& levels, std::vector<double>& targets,
                                 double& fraction) {
  std::vector<Wish> wishes;
  double seats = 0, least = 0, least_configured = 0;
  for (const auto& level : levels) {
    const double floor = least_now(level);
    seats += level.bounds.nominal;
    wishes.push_back({std::max(floor, level.demand.smoothed), floor,
                      std::max(floor, static_cast<double>(level.bounds.most))});
    if (level.exempt) {
      // It has what it uses, and the others share the rest.
      wishes.back() = {floor, floor, floor};
      seats -= floor;
    } else {
      least += floor;
      least_configured += level.bounds.least;
    }
  }
  targets.clear();
  for (const auto& wish : wishes) targets.push_back(wish.target);
  std::vector<double> parts(levels.size());
  fraction = 1;
  if (seats > least) {
    std::vector<Wish> limited;
    for (std::size_t i = 0; i < levels.size(); ++i)
      if (!levels[i].exempt) limited.push_back(wishes[i]);
    const auto shared = divide(seats, limited, fraction);
    for (std::size_t i = 0, next = 0; i < levels.size(); ++i)
      parts[i] = levels[i].exempt ? wishes[i].target : shared[next++];
  } else {
    // Not even that is there: what is above the configured least is cut in proportion.
    const double above = least - least_configured;
    const double part = above > 0 ? std::clamp((seats - least_configured) / above, 0.0, 1.0) : 0.0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const double own = levels[i].bounds.least;
      parts[i] = levels[i].exempt ? wishes[i].target : own + (wishes[i].least - own) * part;
    }
  }
  std::vector<int> limits;
  for (const double part : parts) limits.push_back(static_cast<int>(std::lround(part)));
  return limits;
}

}  // namespace kubus::apiserver::fairness
