#include "fairness/bus_turns.h"

#include "fairness/work.h"

namespace kubus::apiserver::fairness {
namespace {

// A quarter of what a request may take.
constexpr std::chrono::seconds kPatience{15};

Status refused() {
  return Status(Code::kTooManyRequests, "Too many requests, please try again later.");
}

}  // namespace

const Identity& BusTurns::classed(const Identity& identity) {
  const auto known = classed_.find(identity.plugin);
  if (known != classed_.end()) return known->second;
  auto& classed = classed_[identity.plugin];
  classed.name = identity.name;
  classed.groups = identity.groups;
  classed.groups.emplace_back("system:nodes");
  return classed;
}

void BusTurns::take(const Identity& identity, const RequestInfo& info, const Query& query,
                    Done done) {
  const auto& who = classed(identity);
  const auto lane = fairness_.classify(who, info);
  Arrival arrival;
  arrival.series = lane->series;
  arrival.flow = lane->flow(who, info);
  arrival.width = width_of(info, query, cache_, lane->most_seats);
  arrival.patience = kPatience;
  auto entry = lane->level->enter(arrival);
  if (entry.refused) return done(refused());
  if (entry.seats) return done(std::move(entry.seats));
  // Its turn comes on another thread.
  lane->level->wait(Level::place(
      arrival, identity.name + " " + info.verb + " " + info.resource,
      [&loop = loop_, done = std::move(done)](Seats seats, std::optional<Refusal> why) mutable {
        loop.post([done = std::move(done), seats = std::move(seats), why]() mutable {
          if (why) return done(refused());
          done(std::move(seats));
        });
      }));
}

}  // namespace kubus::apiserver::fairness
