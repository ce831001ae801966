#include "container_starter.h"

#include <algorithm>

#include "kubus/api/time.h"
#include "labels.h"
#include "retry.h"
#include "termination.h"

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;
using Clock = Backoff::Clock;

constexpr std::chrono::seconds kLongestHook = 10min;

// When a container ended, by the clock that backoff counts with.
Clock::time_point ended_at(const runtime::Container& container) {
  const auto ago = std::chrono::system_clock::now().time_since_epoch() -
                   std::chrono::nanoseconds(container.finished_at());
  return Clock::now() - std::chrono::duration_cast<Clock::duration>(ago);
}

// What is wrong with an image's name, in the words of the library that reads names there.
std::string why_invalid(const std::string& image) {
  std::string repository = image.substr(0, image.find('@'));
  if (const auto colon = repository.rfind(':');
      colon != std::string::npos && repository.find('/', colon) == std::string::npos)
    repository.resize(colon);
  if (repository.find('/') == std::string::npos) repository = "library/" + repository;
  const bool upper = std::any_of(repository.begin(), repository.end(),
                                 [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!upper) return "invalid reference format";
  return "invalid reference format: repository name (" + repository + ") must be lowercase";
}

}  // namespace

// One try to start one container.
class ContainerStarter::Attempt {
 public:
  Attempt(ContainerStarter& owner, const Pod& pod, const Actions::Start& wanted,
          const std::string& target_id)
      : own_(owner),
        pod_(pod),
        object_(*pod.object),
        memory_(*pod.memory),
        spec_(*wanted.container.spec),
        kind_(wanted.container.kind),
        restarts_(wanted.restarts),
        target_id_(target_id),
        path_(field_path(object_, spec_.name())) {}

  Outcome run() {
    const auto histories = history_of(pod_.state);
    ContainerHistory history;
    if (auto it = histories.find(spec_.name()); it != histories.end()) history = it->second;
    if (const auto wait = back_off(history); wait > 0s) return Outcome::requeue_after(wait);
    Outcome outcome;
    const auto image = ready_image(outcome);
    if (!image) return outcome;
    // Made by a try that came no further.
    if (history.current && history.current->state() == runtime::CONTAINER_CREATED)
      KUBUS_TRY(own_.runtime_.remove_container(history.current->id(), false));
    auto config = make_config(*image);
    if (!config.ok()) return fail("CreateContainerConfigError", config.status());
    auto created = own_.runtime_.create(pod_.sandbox.id(), *config);
    if (!created.ok()) return fail("CreateContainerError", created.status());
    event("Normal", "Created", "Container created");
    auto running = own_.runtime_.start(created->id());
    if (!running.ok()) return fail("RunContainerError", running.status());
    event("Normal", "Started", "Container started");
    memory_.runs(spec_.name());
    if (spec_.lifecycle().has_poststart()) run_hook(*running);
    return {};
  }

 private:
  void event(const char* type, const char* reason, const std::string& message) {
    own_.events_.record(object_, path_, type, reason, message);
  }
  Outcome fail(const char* reason, const Status& why) {
    memory_.waits(spec_.name(), {reason, why.message()});
    event("Warning", "Failed", "Error: " + why.message());
    return retry_after(why);
  }
  std::string key(const std::string& what) const { return object_.metadata().uid() + "/" + what; }

  // The last run that ended by itself. What was ended here because a probe failed is started again
  // at once, unless the run before that was short as well.
  const runtime::Container* last_failure(const ContainerHistory& history) const {
    const runtime::Container* last = history.current;
    if (last && memory_.killed.contains(last->id())) last = history.previous;
    return last && has_exited(*last) ? last : nullptr;
  }

  Clock::duration back_off(const ContainerHistory& history) {
    const runtime::Container* failed = last_failure(history);
    if (!failed) return {};
    const std::string name = key(spec_.name() + "/" + container_hash(spec_));
    const auto at = ended_at(*failed);
    const auto wait = own_.restart_backoff_.remaining(name, at, Clock::now());
    if (wait <= 0s) {
      own_.restart_backoff_.next(name, at, Clock::now());
      return {};
    }
    if (memory_.waiting(spec_.name()).reason != "CrashLoopBackOff")
      event(
          "Warning", "BackOff",
          "Back-off restarting failed container " + spec_.name() + " in pod " + full_name(object_));
    memory_.waits(
        spec_.name(),
        {"CrashLoopBackOff", "back-off " + format_duration(own_.restart_backoff_.current(name)) +
                                 " restarting failed container=" + spec_.name() +
                                 " pod=" + full_name(object_)});
    return wait;
  }

  // Unset: not now; `outcome` says when.
  std::optional<runtime::Image> ready_image(Outcome& outcome) {
    const std::string quoted = "\"" + spec_.image() + "\"";
    auto present = own_.runtime_.image(spec_.image());
    if (!present.ok()) {
      outcome = present.code() == Code::kInvalid ? invalid_name(quoted) : Outcome(present.status());
      return std::nullopt;
    }
    // One that this pod has had pulled is told of as that.
    const bool pulled = own_.pulls_.involves(object_.metadata().uid(), spec_.image());
    if (*present && spec_.imagepullpolicy() != "Always" && !pulled) {
      event("Normal", "Pulled",
            "Container image " + quoted +
                " already present on machine and can be accessed by the pod");
      return std::move(**present);
    }
    if (spec_.imagepullpolicy() == "Never") {
      const std::string message =
          "Container image " + quoted + " is not present with pull policy of Never";
      event("Warning", "ErrImageNeverPull", message);
      outcome = no_image("ErrImageNeverPull", message);
      return std::nullopt;
    }
    return pull(quoted, outcome);
  }

  Outcome no_image(const std::string& reason, const std::string& message) {
    memory_.waits(spec_.name(), {reason, message});
    event("Warning", "Failed", "Error: " + reason);
    return Outcome::requeue_after(kRetryAfter);
  }

  Outcome invalid_name(const std::string& quoted) {
    const std::string message = "Failed to apply default image tag " + quoted +
                                ": couldn't parse image name " + quoted + ": " +
                                why_invalid(spec_.image());
    event("Warning", "InspectFailed", message);
    return no_image("InvalidImageName", message);
  }

  std::optional<runtime::Image> pull(const std::string& quoted, Outcome& outcome) {
    const std::string& uid = object_.metadata().uid();
    const std::string name = key(spec_.image());
    if (!own_.pulls_.involves(uid, spec_.image())) {
      if (const auto wait = own_.pull_backoff_.remaining(name, Clock::now()); wait > 0s) {
        const std::string message = "Back-off pulling image " + quoted;
        if (memory_.waiting(spec_.name()).reason != "ImagePullBackOff") {
          event("Normal", "BackOff", message);
          no_image("ImagePullBackOff", message + ": " + memory_.pull_errors[spec_.image()]);
        }
        outcome = Outcome::requeue_after(wait);
        return std::nullopt;
      }
      event("Normal", "Pulling", "Pulling image " + quoted);
    }
    auto pulled = own_.pulls_.pull(uid, spec_.image());
    if (!pulled) return std::nullopt;
    if (pulled->image.ok()) {
      const std::string took = format_duration(pulled->took);
      event("Normal", "Pulled",
            "Successfully pulled image " + quoted + " in " + took + " (" + took +
                " including waiting). Image size: " + std::to_string(pulled->image->size()) +
                " bytes.");
      own_.pull_backoff_.forget(name);
      return std::move(*pulled->image);
    }
    if (was_away(pulled->image.status())) {
      outcome = pulled->image.status();
      return std::nullopt;
    }
    const std::string& message = pulled->image.status().message();
    own_.pull_backoff_.next(name, Clock::now(), Clock::now());
    memory_.pull_errors[spec_.image()] = "ErrImagePull: " + message;
    event("Warning", "Failed", "Failed to pull image " + quoted + ": " + message);
    no_image("ErrImagePull", message);
    // The next look finds it in backoff, and says so.
    outcome = Outcome::requeue_after(1s);
    return std::nullopt;
  }

  Result<runtime::ContainerConfig> make_config(const runtime::Image& image) {
    auto environment =
        make_environment(object_, spec_, own_.source_, own_.settings_.facts(pod_.ips));
    if (!environment.ok()) return environment.status();
    auto config = container_config({object_, spec_, kind_, restarts_, pod_.volumes, *environment,
                                    pod_.place, pod_.ips, image, target_id_});
    if (!config.ok()) return config.status();
    *config->mutable_resources() = container_resources(object_, spec_, own_.settings_.memory_bytes);
    return config;
  }

  void run_hook(const runtime::Container& running) {
    memory_.hook_begins(running.id());
    const std::string address = pod_.ips.empty() ? own_.settings_.node_ip : pod_.ips.front();
    own_.hooks_.run(
        spec_.lifecycle().poststart(), {pod_.object, running.id(), address, &spec_}, kLongestHook,
        [&owner = own_, pod = pod_.object, memory = pod_.memory, spec = &spec_, path = path_,
         running](const Status& ran) {
          if (!ran.ok()) {
            owner.events_.record(*pod, path, "Warning", "FailedPostStartHook",
                                 "PostStartHook failed");
            owner.events_.record(*pod, path, "Normal", "Killing", "FailedPostStartHook");
            memory->waits(spec->name(), {"PostStartHookError", ran.message()});
            owner.stopper_.stop({pod, spec, running, Clock::now() + grace_of(*pod)});
          }
          memory->hook_ends(running.id());
          owner.look_again_(pod->metadata().uid());
        });
  }

  ContainerStarter& own_;
  const Pod& pod_;
  const core_v1::Pod& object_;
  PodMemory& memory_;
  const core_v1::Container& spec_;
  const ContainerKind kind_;
  const int restarts_;
  const std::string& target_id_;
  const std::string path_;
};

ContainerStarter::ContainerStarter(NodeRuntime& runtime, const NodeSettings& settings,
                                   ObjectSource source, EventRecorder& events, Stopper& stopper,
                                   Hooks& hooks, LookAgainFn look_again)
    : runtime_(runtime),
      settings_(settings),
      source_(std::move(source)),
      events_(events),
      stopper_(stopper),
      hooks_(hooks),
      look_again_(std::move(look_again)),
      pulls_(runtime, look_again_) {}

Outcome ContainerStarter::start(const Pod& pod, const Actions::Start& wanted,
                                const std::string& target_id) {
  return Attempt(*this, pod, wanted, target_id).run();
}

void ContainerStarter::forget(const std::string& uid) {
  pulls_.forget(uid);
  restart_backoff_.forget(uid);
  pull_backoff_.forget(uid);
}

}  // namespace kubus::kubelet
