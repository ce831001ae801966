#include "plugin/instance_impl.h"

#include <future>
#include <utility>

#include "kubus/plugin.h"
#include "plugin/host_core.h"

namespace kubus {

std::string_view state_name(InstanceState state) {
  constexpr std::string_view kNames[] = {"created", "starting", "ready",   "skipped",
                                         "failed",  "draining", "stopped", "zombie"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string Residue::to_string() const {
  std::string text;
  const auto add = [&](std::size_t count, const char* one, const char* many) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " " + (count == 1 ? one : many);
  };
  add(threads, "thread", "threads");
  add(sockets, "socket", "sockets");
  add(registrations, "registration", "registrations");
  add(serving, "unanswered request", "unanswered requests");
  add(shared, "shared object", "shared objects");
  return text.empty() ? "nothing" : text;
}

namespace plugin {
namespace {

Status status_of(const kubus_error& error) {
  const bool known = error.code > 0 && error.code <= static_cast<std::uint32_t>(Code::kDraining);
  return {known ? static_cast<Code>(error.code) : Code::kInternalError, error.message};
}

kubus_error make_error() {
  kubus_error error{};
  error.struct_size = sizeof error;
  return error;
}

}  // namespace

InstanceImpl::InstanceImpl(HostCore& host, InstanceOptions options, std::string node_id)
    : host_(host),
      options_(std::move(options)),
      log_(options_.id),
      loop_(options_.id),
      pool_(options_.id, options_.threads),
      node_(std::make_shared<bus::Node>(host, std::move(node_id), options_.generation,
                                        loop_.impl().core)),
      client_(node_),
      server_(node_),
      config_(options_.config) {}

InstanceImpl::~InstanceImpl() {
  if (starter_.joinable()) starter_.join();
  if (stopper_.joinable()) stopper_.join();
}

Status InstanceImpl::open(bool serve) {
  std::promise<Status> opened;
  loop_.post([&] { opened.set_value(node_->open(serve)); });
  const Status status = opened.get_future().get();
  if (!status.ok()) {
    std::promise<void> closed;
    loop_.post([&] {
      node_->close();
      closed.set_value();
    });
    closed.get_future().wait();
    loop_.stop();
    const std::lock_guard lock(mutex_);
    state_ = InstanceState::kStopped;
    return status;
  }
  if (serve) {
    KUBUS_TRY(server_.serve(kInstanceService, bus::instance_service(node_)));
    server_.on_change([this] {
      if (state() == InstanceState::kReady) host_.enter(*this, [](const Status&) {});
    });
  }
  return {};
}

void InstanceImpl::set_ready() {
  {
    const std::lock_guard lock(mutex_);
    state_ = InstanceState::kReady;
  }
  host_.enter(*this, [](const Status&) {});
}

InstanceState InstanceImpl::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Status InstanceImpl::why() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

Config InstanceImpl::config() const {
  const std::lock_guard lock(mutex_);
  return config_;
}

Context& InstanceImpl::process() { return host_.self(); }

Residue InstanceImpl::residue() const {
  Residue residue;
  const bus::Counters& counters = node_->counters();
  residue.sockets = counters.sockets;
  residue.serving = counters.serving;
  residue.registrations =
      counters.outstanding + counters.registrations + node_->core().registrations();
  residue.threads = pool_.threads() + (node_->core().exited() ? 0 : 1);
  const std::unique_lock lock(shared_mutex_, std::try_to_lock);
  if (!lock) return residue;
  residue.shared = shared_.size();
  for (const auto& one : shared_left_)
    if (!one.expired()) ++residue.shared;
  return residue;
}

bool InstanceImpl::begin_start() {
  const std::lock_guard lock(mutex_);
  if (state_ != InstanceState::kCreated || stopping_) return false;
  state_ = InstanceState::kStarting;
  return true;
}

void InstanceImpl::start(const kubus_plugin_descriptor_v1* descriptor) {
  if (!begin_start()) return;
  report(InstanceState::kStarting, {});
  watch_start();
  starter_ = std::thread([this, descriptor] { create(descriptor); });
}

void InstanceImpl::start(UniqueFunction<Status(Context&)> setup) {
  if (!begin_start()) return;
  report(InstanceState::kStarting, {});
  watch_start();
  setup_ = std::move(setup);
  loop_.post([this] { run_start(); });
}

void InstanceImpl::create(const kubus_plugin_descriptor_v1* descriptor) {
  if (!descriptor || descriptor->struct_size < sizeof(*descriptor) || descriptor->version != 1) {
    on_outcome(detail::kOutcomeFailed,
               Status(Code::kInvalid, "the plugin's descriptor is of another version"));
    return;
  }
  descriptor_ = descriptor;
  kubus_error error = make_error();
  int result = detail::kOutcomeFailed;
  try {
    result = descriptor->create(abi(), &plugin_, &error);
  } catch (...) {
    core::report_exception(options_.id);
  }
  if (result != detail::kOutcomeReady || !plugin_)
    return on_outcome(detail::kOutcomeFailed, status_of(error).annotate("create"));
  doing_ = "start";
  loop_.post([this] { run_start(); });
}

void InstanceImpl::run_start() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  doing_ = "start";
  kubus_error error = make_error();
  started_ = true;
  int outcome = detail::kOutcomeFailed;
  try {
    outcome = plugin_ ? descriptor_->start(plugin_, &error)
                      : detail::guard(&error, [this] { return setup_(*this); });
  } catch (...) {
    core::report_exception(options_.id);
  }
  on_outcome(outcome, outcome == detail::kOutcomeReady ? Status() : status_of(error));
}

void InstanceImpl::on_outcome(int outcome, const Status& why) {
  doing_ = "run";
  switch (outcome) {
    case detail::kOutcomeReady:
      return become_ready();
    case detail::kOutcomeSkipped:
      move(InstanceState::kSkipped, why);
      return;
    case detail::kOutcomeStarting: {
      {
        const std::lock_guard lock(mutex_);
        if (!said_ready_) return;
      }
      return become_ready();
    }
    default:
      move(InstanceState::kFailed, why);
  }
}

void InstanceImpl::plugin_ready() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(said_ready_, true)) return;
  }
  // Behind start(), which may still be running.
  loop_.post([this] { become_ready(); });
}

void InstanceImpl::become_ready() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != InstanceState::kStarting || stopping_ || std::exchange(registering_, true))
      return;
  }
  host_.enter(*this, [weak = weak_from_this()](const Status& status) {
    const auto self = weak.lock();
    if (!self) return;
    if (status.ok())
      self->move(InstanceState::kReady);
    else
      self->move(InstanceState::kFailed, status.annotate("cannot register"));
  });
}

void InstanceImpl::watch_start() {
  auto& loop = host_.self().loop();
  loop.after(options_.start_timeout,
             [weak = weak_from_this()] {
               const auto self = weak.lock();
               if (!self || self->state() != InstanceState::kStarting) return;
               self->move(InstanceState::kFailed,
                          Status(Code::kTimeout, std::string("not ready in time; busy with ") +
                                                     self->doing_.load()));
             })
      .detach();
}

void InstanceImpl::fail(Status why) {
  if (why.ok()) why = Status(Code::kInternalError, "failed without a reason");
  move(InstanceState::kFailed, std::move(why));
}

bool InstanceImpl::move(InstanceState to, Status why) {
  Status told;
  {
    const std::lock_guard lock(mutex_);
    const auto from = state_;
    const bool running = from == InstanceState::kStarting || from == InstanceState::kReady;
    bool allowed = false;
    switch (to) {
      case InstanceState::kReady:
      case InstanceState::kSkipped:
        allowed = from == InstanceState::kStarting;
        break;
      case InstanceState::kFailed:
        allowed = running;
        break;
      case InstanceState::kZombie:
        allowed = from == InstanceState::kDraining;
        break;
      case InstanceState::kStopped:
        allowed = from != InstanceState::kStopped;
        break;
      default:
        break;
    }
    if (!allowed) return false;
    state_ = to;
    // The reason of a failure stays visible after the end.
    if (to != InstanceState::kStopped) why_ = why;
    told = why_;
  }
  report(to, told);
  changed_.notify_all();
  return true;
}

void InstanceImpl::report(InstanceState state, const Status& why) {
  InstanceReport report{options_.id, options_.generation, {}, state, why, {}};
  if (state == InstanceState::kZombie) report.residue = residue();
  host_.report(std::move(report));
}

void InstanceImpl::configure(Config config) {
  {
    const std::lock_guard lock(mutex_);
    config_ = std::move(config);
  }
  loop_.post([this] {
    if (!started_ || !plugin_) return;
    kubus_error error = make_error();
    try {
      if (descriptor_->reconfigure(plugin_, &error) != 0)
        log_.warn("reconfiguring failed", {{"why", status_of(error).to_string()}});
    } catch (...) {
      core::report_exception(options_.id);
    }
  });
}

void InstanceImpl::on_drain(Task task) {
  bool now = false;
  {
    const std::lock_guard lock(mutex_);
    now = draining_;
    if (!now) on_drain_.push_back(std::move(task));
  }
  if (now) loop_.post(std::move(task));
}

std::shared_ptr<void> InstanceImpl::shared(const std::string& key,
                                           const std::function<std::shared_ptr<void>()>& make) {
  const std::lock_guard lock(shared_mutex_);
  const auto it = shared_.find(key);
  if (it != shared_.end()) return it->second;
  auto made = make();
  shared_[key] = made;
  return made;
}

}  // namespace plugin
}  // namespace kubus
