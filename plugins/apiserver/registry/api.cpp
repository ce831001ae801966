#include "registry/api.h"

#include <algorithm>

#include "kubus/api/json.h"
#include "registry/body.h"
#include "registry/strategy.h"
#include "registry/write_options.h"
#include "respond/api_errors.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

std::string handler_name(const Call& call) {
  if (custom_kind(*call.resource)) return "*/" + call.info.subresource;
  std::string name = call.resource->group + "/" + call.resource->plural;
  if (!call.info.subresource.empty()) name += "/" + call.info.subresource;
  return name;
}

// What is made has no name in its path yet, what is changed has one.
Status check_method(const RequestInfo& info) {
  const bool changes = info.verb == "update" || info.verb == "patch";
  const bool makes_named = info.verb == "create" && !info.name.empty() && info.subresource.empty();
  if (makes_named || (changes && info.name.empty())) return errors::method_not_allowed();
  if (info.name.empty() && !info.subresource.empty())
    return errors::bad_request("name must be provided");
  return {};
}

// The reference has one handler for all paths of a custom kind, which looks at the verb alone.
Status check_custom_method(Call& call) {
  auto& info = call.info;
  const auto& verb = info.verb;
  const bool of_part = verb == "get" || verb == "update" || verb == "patch";
  const auto& verbs = call.resource->verbs;
  if (info.subresource.empty() ? std::find(verbs.begin(), verbs.end(), verb) == verbs.end()
                               : !of_part)
    return errors::method_not_allowed(call.subject(), verb);
  if (verb == "create") info.name.clear();
  const bool changes = verb == "update" || verb == "patch";
  return changes && info.name.empty() ? errors::bad_request("name must be provided") : Status();
}

// No path segment can be such a name.
Status check_name(const std::string& name) {
  const auto invalid = [&](const char* why) {
    std::string text = "Name parameter invalid: ";
    append_json_string(name, text);
    return errors::bad_request(text + ": " + why);
  };
  if (name == ".") return invalid("may not be '.'");
  if (name == "..") return invalid("may not be '..'");
  if (name.find('%') != std::string::npos) return invalid("may not contain '%'");
  return {};
}

// A namespaced object is addressed with its namespace, others without.
Status check_scope(const Call& call) {
  const auto& info = call.info;
  const auto& resource = *call.resource;
  const bool is_namespaces = resource.group.empty() && resource.plural == "namespaces";
  if (!resource.namespaced && !info.ns.empty() && !is_namespaces) return errors::no_such_path();
  if (!resource.namespaced || !info.ns.empty()) return {};
  if (info.verb == "create" || info.verb == "deletecollection") return errors::method_not_allowed();
  const bool one =
      info.verb == "get" || info.verb == "update" || info.verb == "patch" || info.verb == "delete";
  return one ? errors::no_such_path() : Status();
}

}  // namespace

void Api::add(const std::string& name, const std::string& verb, Handler handler) {
  handlers_.insert_or_assign(name + " " + verb, std::move(handler));
}

bool Api::is_outside_scope(const Call& call) {
  if (!call.resource || !custom_kind(*call.resource)) return false;
  const auto& info = call.info;
  if (!call.resource->namespaced) return !info.ns.empty();
  return info.ns.empty() && info.verb != "list" && info.verb != "watch";
}

bool Api::find(Call& call) const {
  const auto& info = call.info;
  call.resource = find_resource(info.group, info.version, info.resource);
  if (call.resource) {
    const auto* version = version_of(*call.resource);
    call.cache = registry_.cache().find(version ? *version->stored : *call.resource);
    return true;
  }
  auto served = kinds_.find(info.group, info.version, info.resource);
  if (!served) return false;
  call.cache = served->cache.get();
  call.resource = served->kind.get();
  call.keep = std::move(served);
  return true;
}

Status Api::resolve(Call& call) {
  auto& info = call.info;
  if (!find(call)) return errors::no_such_path();
  if (is_outside_scope(call)) return errors::no_such_path();
  KUBUS_TRY(check_scope(call));
  // The namespace in the path of a namespace is itself.
  if (!call.resource->namespaced) info.ns.clear();
  if (!info.subresource.empty()) {
    call.subresource = call.resource->find_subresource(info.subresource);
    if (!call.subresource)
      return custom_kind(*call.resource) ? errors::not_found(call.subject())
                                         : errors::no_such_path();
  }
  if (call.cache && registry_.cache().revision() == 0)
    return Status(
        Code::kServiceUnavailable,
        "the server is currently unable to handle the request: it is reading its storage");
  KUBUS_TRY(check_name(info.name));
  return custom_kind(*call.resource) ? check_custom_method(call) : check_method(info);
}

void Api::handle_version(const Version& version, CallPtr call, Done done) {
  auto stored = std::make_shared<Call>(*call);
  stored->resource = version.stored;
  stored->version = &version;
  const auto& verb = call->info.verb;
  if (verb == "create" || verb == "update") {
    auto body = read_body(*call, *version.served->message);
    if (!body.ok()) return done(body.status());
    stored->body = Bytes(to_json(*version.to_stored(**body)));
    stored->body_format = Format::kJson;
  }
  serve(stored, [call, stored, done = std::move(done)](Result<Answer> result) mutable {
    call->warnings.insert(call->warnings.end(), stored->warnings.begin(), stored->warnings.end());
    call->refusal = stored->refusal;
    done(std::move(result));
  });
}

void Api::handle(CallPtr call, Done done) {
  const auto& verb = call->info.verb;
  registry_.judge(*call);
  if (!call->takes_long && (verb == "get" || verb == "list"))
    return serve(std::move(call), std::move(done));
  // Plugins wait for each other, and have to get an answer.
  if (call->takes_long && call->asker && !registry_.has_room(*call))
    return done(errors::too_many_requests("Too many requests, please try again later.", 1));
  registry_.proceed(call, [this, call, done = std::move(done)]() mutable {
    if (auto status = call->still_wanted(); !status.ok()) return done(status);
    serve(std::move(call), std::move(done));
  });
}

void Api::serve(CallPtr call, Done done) {
  if (const auto* version = version_of(*call->resource))
    return handle_version(*version, std::move(call), std::move(done));
  const auto& verb = call->info.verb;
  if (verb == "create" || verb == "update" || verb == "patch")
    if (auto status = check_write_options(*call); !status.ok()) return done(status);
  const auto name = handler_name(*call);
  if (const auto found = handlers_.find(name + " " + call->info.verb); found != handlers_.end())
    return found->second(std::move(call), std::move(done));
  if (!call->cache) {
    const bool known = call->resource->has_verb(call->info.verb);
    return done(known ? errors::no_such_path() : errors::method_not_allowed());
  }
  if (call->info.subresource.empty()) return handle_stored(std::move(call), std::move(done));
  const auto& verbs = call->subresource->verbs;
  const bool known = std::find(verbs.begin(), verbs.end(), call->info.verb) != verbs.end();
  if (known && is_part(*call)) return handle_part(std::move(call), std::move(done));
  done(errors::method_not_allowed());
}

bool Api::is_part(const Call& call) {
  return call.info.subresource == "status" ||
         strategy_of(*call.resource).part(call.info.subresource);
}

void Api::handle_part(CallPtr call, Done done) {
  const auto& verb = call->info.verb;
  const auto part = call->info.subresource == "status" ? Part::kStatus : Part::kSubresource;
  if (verb == "get") return registry_.get(std::move(call), std::move(done));
  if (verb == "update") return registry_.update(std::move(call), part, std::move(done));
  if (verb == "patch") return registry_.patch(std::move(call), part, std::move(done));
  done(errors::method_not_allowed());
}

void Api::handle_stored(CallPtr call, Done done) {
  const auto verb = call->info.verb;
  if (!call->resource->has_verb(verb)) return done(errors::method_not_allowed());
  // What would be made now would never be removed.
  if (verb == "create" && custom_kind(*call->resource) && kinds_.is_terminating(*call->resource))
    return done(errors::method_not_allowed(call->subject(), "create"));
  if (verb == "get") return registry_.get(std::move(call), std::move(done));
  if (verb == "list") return registry_.list(std::move(call), std::move(done));
  if (verb == "create") return registry_.create(std::move(call), std::move(done));
  if (verb == "update") return registry_.update(std::move(call), Part::kMain, std::move(done));
  if (verb == "patch") return registry_.patch(std::move(call), Part::kMain, std::move(done));
  if (verb == "delete") return registry_.remove(std::move(call), std::move(done));
  if (verb == "deletecollection")
    return registry_.remove_collection(std::move(call), std::move(done));
  done(errors::method_not_allowed());
}

}  // namespace kubus::apiserver
