#include "components/component_statuses.h"

#include <mutex>
#include <optional>

#include "components/findings.h"
#include "kubus/kernel_verbs.h"
#include "kubus/storage.h"
#include "registry/list_query.h"
#include "registry/reflect.h"

namespace kubus::apiserver::components {
namespace {

using core_v1::ComponentStatus;
using Findings = std::vector<ComponentStatus>;

// A part that does not answer for so long is not well.
constexpr std::chrono::seconds kPatience{5};

// One question to all parts at once.
class Inquiry : public std::enable_shared_from_this<Inquiry> {
 public:
  explicit Inquiry(UniqueFunction<void(Findings)> done) : done_(std::move(done)) {}

  void ask(Context& context) {
    bus::CallOptions options;
    options.timeout = kPatience;
    rpc::call(context.bus(), kernel::verbs::kList, kernel::ListRequest(), options,
              [self = shared_from_this()](const Result<kernel::ListReply>& plugins) {
                self->put([&] { self->plugins_ = find_plugins(plugins); });
              })
        .detach();
    rpc::call(context.bus(), storage::kStatus, storage::StatusRequest(), options,
              [self = shared_from_this()](const Result<storage::StatusResponse>& engine) {
                self->put([&] { self->storage_ = find_storage(engine); });
              })
        .detach();
  }

 private:
  template <class Put>
  void put(const Put& put_in) {
    Findings all;
    {
      std::lock_guard lock(mutex_);
      put_in();
      if (plugins_.empty() || !storage_) return;
      all = std::move(plugins_);
      all.push_back(std::move(*storage_));
    }
    done_(std::move(all));
  }

  UniqueFunction<void(Findings)> done_;
  std::mutex mutex_;
  Findings plugins_;
  std::optional<ComponentStatus> storage_;
};

// As what is stored is kept, but of no revision.
Result<ObjectPtr> object_of(const ComponentStatus& finding) {
  auto copy = finding;
  return Object::make(resource_of<ComponentStatus>(), stored_json(copy), 0);
}

void answer_list(const CallPtr& call, const Findings& findings, Done done) {
  const auto filter = read_filter(*call);
  if (!filter.ok()) return done(filter.status());
  Answer answer;
  answer.list.emplace();
  for (const auto& finding : findings) {
    auto object = object_of(finding);
    if (!object.ok()) return done(object.status());
    if (filter->matches(**object)) answer.list->items.push_back(std::move(*object));
  }
  done(std::move(answer));
}

void answer_get(const CallPtr& call, const Findings& findings, Done done) {
  for (const auto& finding : findings) {
    if (finding.metadata().name() != call->info.name) continue;
    auto object = object_of(finding);
    return done(object.ok() ? Result<Answer>(Answer::of(std::move(*object))) : object.status());
  }
  done(Status(Code::kUnknown, "Component not found: " + call->info.name));
}

}  // namespace

void add_component_statuses(Api& api, Context& context) {
  const auto add = [&](const char* verb, auto answer) {
    api.add("/componentstatuses", verb, [&context, answer](CallPtr call, Done done) {
      std::make_shared<Inquiry>([call = std::move(call), done = std::move(done),
                                 answer](const Findings& findings) mutable {
        answer(call, findings, std::move(done));
      })->ask(context);
    });
  };
  add("get", answer_get);
  add("list", answer_list);
}

}  // namespace kubus::apiserver::components
