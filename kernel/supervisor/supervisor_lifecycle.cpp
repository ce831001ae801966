#include <algorithm>

#include "supervisor/dependencies.h"
#include "supervisor/plugin_section.h"
#include "supervisor/supervisor.h"

namespace kubus::kernel {
namespace {

// With more than this many generations that never ended, starting another one does not help.
constexpr std::size_t kMaxZombies = 3;

}  // namespace

void Supervisor::set_state(PluginRecord& record, PluginState state, const std::string& message) {
  if (record.state != state || record.message != message) {
    auto word = plugin_state_name(state);
    if (state == PluginState::kFailed || state == PluginState::kZombie)
      log_.error("plugin state", {{"plugin", record.name}, {"state", word}, {"reason", message}});
    else
      log_.info("plugin state", {{"plugin", record.name}, {"state", word}, {"reason", message}});
  }
  record.state = state;
  record.message = message;
}

void Supervisor::answer(PluginRecord& record, const Status& status) {
  auto waiters = std::exchange(record.waiters, {});
  for (auto& waiter : waiters) waiter(status);
}

// Decides whether a plugin of which nothing runs may start, as far as it alone is concerned.
void Supervisor::admit(PluginRecord& record) {
  auto resolved = plugin_section(config_, record.file);
  const auto& chosen = settings_.list("plugins");
  auto program = host_program(record.file.abi_tag);
  if (!resolved.errors.empty()) {
    set_state(record, PluginState::kFailed, resolved.status().message());
  } else if (!resolved.config().boolean("enabled")) {
    set_state(record, PluginState::kDisabled,
              "by " + resolved.values.at("enabled").origin.to_string());
  } else if (!chosen.empty() &&
             std::find(chosen.begin(), chosen.end(), record.name) == chosen.end()) {
    set_state(record, PluginState::kDisabled, "not among `plugins` of the configuration");
  } else if (record.zombies() >= kMaxZombies) {
    set_state(record, PluginState::kZombie, "too many generations did not end");
  } else if (!program.ok()) {
    set_state(record, PluginState::kFailed, program.status().message());
  } else {
    set_state(record, PluginState::kWaiting);
    return;
  }
  check_required(record.name, record.message);
  answer(record);
}

// Starts whatever has become startable. Runs after every change.
void Supervisor::evaluate() {
  if (shutting_down_) return stop_next();
  std::vector<DependencyNode> nodes;
  for (const auto& [name, record] : records_)
    if (record->state != PluginState::kDisabled && record->state != PluginState::kStopped)
      nodes.push_back({name, record->file.manifest.provides, record->file.manifest.requires_});
  auto blocked = find_blocked(nodes);
  for (auto& [name, record] : records_)
    if (record->state == PluginState::kWaiting && !record->current) evaluate_one(*record, blocked);
  const auto& required = settings_.list("required");
  if (!started_up_ && !required.empty())
    started_up_ = std::all_of(required.begin(), required.end(), [&](const auto& name) {
      return find(name) && find(name)->is_ready();
    });
}

void Supervisor::evaluate_one(PluginRecord& record, const std::map<std::string, Blocked>& blocked) {
  if (auto found = blocked.find(record.name); found != blocked.end()) {
    const auto& [reason, cycle] = found->second;
    set_state(record, PluginState::kWaiting, cycle ? "requires itself: " + reason : reason);
    check_required(record.name, record.message);
    return answer(record);
  }
  for (const auto& service : record.file.manifest.requires_) {
    bool served = std::any_of(records_.begin(), records_.end(), [&](const auto& other) {
      if (!other.second->is_ready()) return false;
      const auto& provides = other.second->current->manifest.provides;
      return std::find(provides.begin(), provides.end(), service) != provides.end();
    });
    if (!served) return set_state(record, PluginState::kWaiting, "waits for " + service);
  }
  record.current = begin_generation(record);
  set_state(record, PluginState::kStarting);
}

std::unique_ptr<Generation> Supervisor::begin_generation(PluginRecord& record) {
  auto generation = std::make_unique<Generation>();
  generation->number = ++record.last_generation;
  generation->started = Clock::now();
  generation->manifest = record.file.manifest;
  generation->abi_tag = record.file.abi_tag;
  loader_->post([this, path = record.path, name = record.name, number = generation->number] {
    auto copy = std::make_shared<Result<std::unique_ptr<PluginCopy>>>(
        PluginCopy::make(path, settings_.generations_dir(), name, number));
    loop_.post([this, name, number, copy] { copied(name, number, std::move(*copy)); });
  });
  return generation;
}

// The file is safe from changes now: what its manifest says here is what counts.
void Supervisor::copied(const std::string& name, std::uint64_t number,
                        Result<std::unique_ptr<PluginCopy>> copy) {
  auto* record = find(name);
  auto* generation = record ? record->find(number) : nullptr;
  if (!generation) return;
  if (generation->stopping) return event(name, number, InstanceState::kStopped, {});
  if (!copy.ok()) return event(name, number, InstanceState::kFailed, copy.status());
  const auto& file = (*copy)->file();
  auto resolved = plugin_section(config_, file);
  auto program = host_program(file.abi_tag);
  for (const auto& status : {resolved.status(), program.status()})
    if (!status.ok()) return event(name, number, InstanceState::kFailed, status);
  generation->manifest = file.manifest;
  generation->abi_tag = file.abi_tag;
  generation->config = resolved.values;
  generation->in_process = runs_in_process(file, resolved);
  generation->copy = std::move(*copy);
  auto spec = host_spec(*generation);
  spec.set_file(generation->copy->path());
  // Posted, so that no runner is destroyed within a call of its own.
  auto on_event = [this, name, number](InstanceState state, const Status& why) {
    loop_.post([this, name, number, state, why] { event(name, number, state, why); });
  };
  RunnerEnvironment environment{host_, loop_, *loader_, *program};
  generation->runner = generation->in_process
                           ? make_local_runner(environment, std::move(spec), std::move(on_event))
                           : make_process_runner(environment, std::move(spec), std::move(on_event));
  generation->runner->start();
}

void Supervisor::begin_upgrade(PluginRecord& record) {
  if (record.next) retire(record, std::move(record.next));
  record.next = begin_generation(record);
  log_.info("plugin upgrade begins",
            {{"plugin", record.name}, {"generation", record.next->number}});
}

void Supervisor::event(const std::string& name, std::uint64_t number, InstanceState state,
                       const Status& why) {
  auto* record = find(name);
  auto* generation = record ? record->find(number) : nullptr;
  if (!generation) return;
  switch (state) {
    case InstanceState::kReady:
      if (!generation->stopping) became_ready(*record, *generation);
      break;
    case InstanceState::kSkipped:
    case InstanceState::kFailed:
      if (!generation->stopping) start_failed(*record, *generation, state, why);
      break;
    case InstanceState::kZombie:
    case InstanceState::kStopped:
      ended(*record, *generation, why);
      break;
    default:
      break;
  }
}

void Supervisor::became_ready(PluginRecord& record, Generation& generation) {
  generation.ready = Clock::now();
  record.start_time = generation.ready - generation.started;
  bool upgraded = record.next.get() == &generation;
  if (upgraded) {
    auto old = std::exchange(record.current, std::move(record.next));
    if (old) retire(record, std::move(old));
  }
  set_state(record, PluginState::kReady);
  log_.info(
      upgraded ? "plugin upgraded" : "plugin ready",
      {{"plugin", record.name},
       {"version", generation.manifest.version},
       {"generation", generation.number},
       {"ms", std::chrono::duration_cast<std::chrono::milliseconds>(record.start_time).count()}});
  answer(record);
  evaluate();
}

void Supervisor::start_failed(PluginRecord& record, Generation& generation, InstanceState state,
                              const Status& why) {
  if (record.next.get() == &generation) return upgrade_failed(record, state, why);
  auto ran = generation.ready == Clock::time_point() ? std::chrono::nanoseconds(0)
                                                     : Clock::now() - generation.ready;
  retire(record, std::move(record.current));
  if (state == InstanceState::kSkipped) {
    set_state(record, PluginState::kSkipped, why.message());
  } else {
    set_state(record, PluginState::kFailed, why.message());
    if (!record.relaunch) retry_later(record, ran);
  }
  check_required(record.name, record.message);
  answer(record);
  evaluate();
}

void Supervisor::upgrade_failed(PluginRecord& record, InstanceState state, const Status& why) {
  auto failed = std::move(record.next);
  if (state == InstanceState::kFailed && why.code() == Code::kConflict && record.current) {
    log_.info("upgrade waits for the end of its predecessor",
              {{"plugin", record.name}, {"reason", why.message()}});
    record.relaunch = true;
    retire(record, std::move(failed));
    return stop_all(record);
  }
  auto text = "upgrade to " + failed->manifest.version +
              (state == InstanceState::kSkipped ? " skipped: " : " failed: ") + why.message();
  retire(record, std::move(failed));
  set_state(record, record.state, text);
  log_.error("upgrade failed, the old generation goes on",
             {{"plugin", record.name}, {"reason", why.message()}});
  answer(record, {Code::kUnavailable, text});
}

void Supervisor::retry_later(PluginRecord& record, std::chrono::nanoseconds ran) {
  auto wait = record.backoff.next(settings_.restart(), ran);
  record.retry = loop_.after(wait, [this, name = record.name] {
    auto* due = find(name);
    if (!due || !due->wanted) return;
    ++due->restarts;
    due->relaunch = true;
    settle(*due);
    evaluate();
  });
}

void Supervisor::retire(PluginRecord& record, std::unique_ptr<Generation> generation) {
  auto* leaving = generation.get();
  leaving->stopping = true;
  record.leaving.push_back(std::move(generation));
  // One without a runner is still being copied; copied() ends it.
  if (leaving->runner)
    leaving->runner->stop(settings_.time("drain_timeout"));
  else if (!leaving->copy)
    loop_.post([this, name = record.name, number = leaving->number] {
      event(name, number, InstanceState::kStopped, {});
    });
}

void Supervisor::stop_all(PluginRecord& record) {
  if (record.next) retire(record, std::move(record.next));
  if (record.current) {
    retire(record, std::move(record.current));
    set_state(record, PluginState::kDraining);
  }
  loop_.post([this, name = record.name] {
    if (auto* later = find(name)) settle(*later);
    evaluate();
  });
}

void Supervisor::ended(PluginRecord& record, Generation& generation, const Status& why) {
  if (why.ok()) {
    std::erase_if(record.leaving, [&](const auto& one) { return one.get() == &generation; });
  } else {
    generation.zombie = true;
    generation.zombie_reason = why.message();
    log_.error(
        "plugin generation did not end",
        {{"plugin", record.name}, {"generation", generation.number}, {"reason", why.message()}});
  }
  settle(record);
  evaluate();
}

// Once nothing of a plugin runs: forgets it, leaves it, or starts it again. May erase `record`.
void Supervisor::settle(PluginRecord& record) {
  if (record.current || record.next || record.running_down()) return;
  if (shutting_down_ || !record.wanted) {
    if (!shutting_down_ && record.removed && record.leaving.empty()) return forget(record.name);
    if (record.state == PluginState::kDraining || record.state == PluginState::kStopped ||
        record.state == PluginState::kZombie || !shutting_down_)
      set_state(record, record.leaving.empty() ? PluginState::kStopped : PluginState::kZombie);
    answer(record);
    if (shutting_down_) stop_next();
    return;
  }
  if (!record.relaunch) return;
  record.relaunch = false;
  admit(record);
}

}  // namespace kubus::kernel
