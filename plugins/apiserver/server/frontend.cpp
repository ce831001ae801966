#include "server/frontend.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "auth/impersonation.h"
#include "fairness/work.h"
#include "kubus/api/time.h"
#include "metrics/authentication_series.h"
#include "metrics/authorization_series.h"
#include "metrics/request_timer.h"
#include "respond/api_errors.h"
#include "respond/status_body.h"
#include "server/indented_exchange.h"
#include "token/subprotocol_authenticator.h"

namespace kubus::apiserver {
namespace {

constexpr std::chrono::seconds kTimeLimit{60};  // the server's own

// The time the client gives a request that ends by itself: the server's own when it says nothing.
Result<Duration> set_deadline(http::Exchange& exchange, const RequestInfo& info,
                              const Query& query) {
  const auto text = query.get("timeout");
  if (text.empty() || fairness::is_long_running(info)) return Duration(kTimeLimit);
  const auto time = parse_duration(text);
  if (!time.ok())
    return errors::bad_request("invalid timeout specified in the request URL - " +
                               std::string(time.status().message()));
  if (*time <= std::chrono::nanoseconds(0)) return Duration(kTimeLimit);
  exchange.answer_within(*time);
  return std::min<Duration>(*time, kTimeLimit);
}

// Every % of a path begins an escape of two hexadecimal digits.
bool is_well_escaped(std::string_view path) {
  const auto is_hex = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
  for (auto at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 3))
    if (at + 2 >= path.size() || !is_hex(path[at + 1]) || !is_hex(path[at + 2])) return false;
  return true;
}

// Whether the client may could not be found out.
http::Response undecided(const http::Request& request, const Status& why) {
  return text_response(500, "text/plain; charset=utf-8",
                       "Internal Server Error: \"" + request.target + "\": " + why.message() +
                           "\n");
}

// Who asks for what, for those who look at what waits.
std::string describe(const ResourceCall& call) {
  return call.identity.name + " " + call.info.verb + " " + call.info.path;
}

// What clients make up is no resource.
bool is_served(const RequestInfo& info, ClusterCache& cache) {
  const auto* resource = find_resource(info.group, info.version, info.resource);
  if (!resource)
    if (const auto* custom = cache.find(info.group, info.resource))
      if (custom->resource().version == info.version) resource = &custom->resource();
  return resource && (info.subresource.empty() || resource->find_subresource(info.subresource));
}

void turn_away(const ResourceCall& call, http::Exchange& exchange, ClusterCache& cache,
               std::int64_t retry_after) {
  RequestTimer timer(call.info, call.query, exchange.request().headers.get("Content-Type"));
  if (!is_served(call.info, cache)) timer.forget_resource();
  auto response = fairness::refusal_response(retry_after);
  timer.turned_away(response.status);
  exchange.respond(std::move(response));
}

}  // namespace

Frontend::Frontend(Authenticators authenticators, Authorizers& authorizers)
    : authenticators_(std::move(authenticators)), authorizers_(authorizers) {}

void Frontend::share_by(fairness::Fairness& fairness, ClusterCache& cache) {
  fairness_ = &fairness;
  cache_ = &cache;
}

http::Response Frontend::failure(int status, std::string message) {
  if (status == 413)
    return status_response(Status(Code::kRequestEntityTooLarge, std::move(message)));
  if (status == 504) return status_response(Status(Code::kTimeout, "Timeout: " + message));
  return text_response(status, "text/plain; charset=utf-8",
                       std::to_string(status) + " " + std::string(http::reason_phrase(status)) +
                           ": " + message + "\n");
}

bool Frontend::wants_body(const http::Request& head) {
  const auto identity = authenticate(authenticators_, head);
  if (!identity) return true;
  if (!identity->ok()) return false;
  auto who = std::move(**identity);
  if (wants_to_impersonate(head)) {
    if (authorizers_.asks_others()) return true;
    bool may = false;
    impersonate(authorizers_, std::move(who), head, nullptr, [&](Result<Identity> wanted) {
      may = wanted.ok();
      if (may) who = std::move(*wanted);
    });
    if (!may) return false;
  }
  const auto info = parse_request(head.method, head.path(), Query::parse(head.query()));
  return may_be_allowed(authorizers_, who, info);
}

void Frontend::handle(std::shared_ptr<http::Exchange> exchange) {
  const auto& request = exchange->request();
  if (!is_well_escaped(request.path()))
    return exchange->respond(failure(400, "invalid URL escape"));
  ResourceCall call;
  call.asker = std::make_shared<http::Asker>(exchange);
  call.query = Query::parse(request.query());
  call.info = parse_request(request.method, request.path(), call.query);
  if (wants_indented(request, call.query))
    exchange = std::make_shared<IndentedExchange>(std::move(exchange));
  call.arrived = std::chrono::system_clock::now();
  // Only here may it be set, so it is before anybody is asked.
  const auto limit = set_deadline(*exchange, call.info, call.query);
  call.exchange = std::move(exchange);
  if (!limit.ok()) return known(std::move(call), limit.status());
  call.limit = *limit;
  auto identity = authenticate(authenticators_, request);
  if (identity) return known(std::move(call), std::move(*identity));
  const auto waiting = std::make_shared<ResourceCall>(std::move(call));
  authenticate_later(authenticators_, request, waiting->asker,
                     [this, waiting](Result<Identity> found) {
                       known(std::move(*waiting), std::move(found));
                     });
}

void Frontend::known(ResourceCall call, Result<Identity> identity) {
  count_authentication(identity, std::chrono::system_clock::now() - call.arrived);
  if (audit_)
    call.record = audit_->begin(call.exchange, identity.ok() ? *identity : Identity(), call.info,
                                call.arrived);
  auto& request = call.exchange->request();
  drop_token_subprotocol(request);
  if (!identity.ok() || !wants_to_impersonate(request))
    return identified(std::move(call), std::move(identity));
  auto asker = call.asker;
  impersonate(authorizers_, std::move(*identity), request, std::move(asker),
              [this, call = std::move(call)](Result<Identity> wanted) mutable {
                if (wanted.ok() && call.record) call.record->impersonated = *wanted;
                identified(std::move(call), std::move(wanted));
              });
}

void Frontend::identified(ResourceCall call, Result<Identity> identity) {
  auto& exchange = *call.exchange;
  if (!identity.ok()) {
    auto response =
        failure_response(identity.status(), exchange.request().headers.get("Accept"));
    // These come from the reference's step of impersonation.
    if (response.status == 400 || response.status == 403)
      response.headers.add("X-Content-Type-Options", "nosniff");
    return exchange.respond(std::move(response));
  }
  call.identity = std::move(*identity);
  // A watch takes its turn until it is set up; what else lives long does not.
  if (!fairness_ || (fairness::is_long_running(call.info) && call.info.verb != "watch"))
    return check_access(std::move(call));
  take_turn(std::move(call));
}

void Frontend::take_turn(ResourceCall call) {
  auto lane = fairness_->classify(call.identity, call.info);
  auto fair = std::make_shared<fairness::FairExchange>(std::move(call.exchange), lane,
                                                       call.info.verb == "watch");
  call.exchange = fair;
  fairness::Arrival arrival;
  arrival.series = lane->series;
  arrival.flow = lane->flow(call.identity, call.info);
  arrival.width = fairness::width_of(call.info, call.query, *cache_, lane->most_seats);
  arrival.patience = call.limit / 4;
  auto entry = lane->level->enter(arrival);
  if (entry.refused) return turn_away(call, *fair, *cache_, lane->level->retry_after());
  if (entry.seats) {
    fair->hold(std::move(entry.seats));
    return check_access(std::move(call));
  }
  auto what = describe(call);
  const auto place = fairness::Level::place(
      arrival, std::move(what),
      [this, fair, level = lane->level.get(), call = std::move(call)](
          fairness::Seats seats, std::optional<fairness::Refusal> refused) mutable {
        if (refused) return turn_away(call, *fair, *cache_, level->retry_after());
        std::exchange(fair, nullptr)->hold(std::move(seats));
        check_access(std::move(call));
      });
  fair->on_leave([level = lane->level, weak = std::weak_ptr(place)] {
    if (const auto place = weak.lock()) level->give_up(place);
  });
  lane->level->wait(place);
}

void Frontend::check_access(ResourceCall call) {
  const auto begun = std::chrono::steady_clock::now();
  // The reason of what is allowed costs something, and only the audit log wants it.
  if (!call.record && allowed(authorizers_, call.identity, call.info)) {
    count_authorization(Verdict::kAllow, false, std::chrono::steady_clock::now() - begun);
    return serve(std::move(call));
  }
  if (!authorizers_.asks_others()) {
    const auto decision = decide(authorizers_, call.identity, call.info);
    return decided(std::move(call), decision, begun);
  }
  const auto waiting = std::make_shared<ResourceCall>(std::move(call));
  decide_with_remote(
      authorizers_, waiting->identity, waiting->info, waiting->asker,
      [this, waiting, begun](const Decision& said) { decided(std::move(*waiting), said, begun); });
}

void Frontend::decided(ResourceCall call, const Decision& decision,
                       std::chrono::steady_clock::time_point begun) {
  count_authorization(decision.verdict, !decision.error.ok(),
                      std::chrono::steady_clock::now() - begun);
  auto& exchange = *call.exchange;
  const auto& request = exchange.request();
  if (call.record) audit::note(*call.record, decision);
  if (decision.verdict == Verdict::kAllow) return serve(std::move(call));
  if (!decision.error.ok()) return exchange.respond(undecided(request, decision.error));
  auto response =
      failure_response(errors::forbidden(call.identity.name, call.info, decision.reason),
                       request.headers.get("Accept"));
  response.headers.add("X-Content-Type-Options", "nosniff");
  exchange.respond(std::move(response));
}

void Frontend::serve(ResourceCall call) {
  auto& exchange = *call.exchange;
  const auto& request = exchange.request();
  // It was asked too early: the client may now.
  if (request.body_unread)
    return exchange.respond(failure_response(
        Status(Code::kServiceUnavailable, "the rights of the client have changed, please try again"),
        request.headers.get("Accept")));
  const std::string_view path = call.info.path;
  const bool of_a_group = path.starts_with("/apis/") || path.starts_with("/openapi/v3/apis/");
  if (others_ && of_a_group && others_(call)) return;
  if (call.info.is_resource) return resources_(std::move(call));
  if (auto* route = routes_.find(request.path()))
    return exchange.respond((*route)({request, call.info, call.query}));
  exchange.respond(no_page());
}

}  // namespace kubus::apiserver
