#include "plugin/host_core.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>

#include "bus/limits.h"
#include "kubus/rpc.h"
#include "plugin/instance_impl.h"

namespace kubus::plugin {
namespace {

constexpr std::chrono::milliseconds kDirectoryTimeout{10'000};

// One call to the directory, its answer given as a Status.
void ask(InstanceImpl& self, std::string_view method, Bytes body,
         UniqueFunction<void(Status)> done) {
  bus::CallOptions options;
  options.timeout = kDirectoryTimeout;
  options.idempotent = true;
  self.bus()
      .call(kDirectoryService, method, std::move(body), options,
            [done = std::move(done)](Result<Bytes> reply) mutable {
              if (done) done(reply.ok() ? Status() : reply.status());
            })
      .detach();
}

}  // namespace

HostCore::HostCore(HostOptions options, std::string process)
    : Process(std::move(process), options.run_dir + "/bus", options.role),
      options_(std::move(options)) {}

HostCore::~HostCore() = default;

bool HostCore::connected() const { return !client_ || client_->connected(); }

void HostCore::observe(InstanceObserver observer) {
  const std::lock_guard lock(mutex_);
  observer_ = std::make_shared<InstanceObserver>(std::move(observer));
}

std::vector<Instance*> HostCore::instances() const {
  const std::lock_guard lock(mutex_);
  std::vector<Instance*> list;
  for (const auto& instance : instances_) list.push_back(instance.get());
  return list;
}

std::shared_ptr<InstanceImpl> HostCore::find(const std::string& id,
                                             std::uint64_t generation) const {
  const std::lock_guard lock(mutex_);
  for (const auto& instance : instances_)
    if (instance->id() == id && instance->generation() == generation) return instance;
  return nullptr;
}

Result<Instance*> HostCore::make_instance(InstanceOptions options) {
  if (role() == HostRole::kClient)
    return Status(Code::kBadRequest, "a client process hosts no plugins");
  KUBUS_TRY(check(options));
  if (directory_) directory_->expect(options.id, options.generation, id(), options.permissions);
  const std::string node_id = options.id;
  auto instance = std::make_shared<InstanceImpl>(*this, std::move(options), node_id);
  if (Status status = instance->open(true); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  instances_.push_back(instance);
  return instance.get();
}

Status HostCore::check(const InstanceOptions& options) const {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  const std::string& name = options.id;
  if (name.empty() || name == bus::kKernelId || !std::all_of(name.begin(), name.end(), allowed))
    return {Code::kBadRequest, "\"" + name + "\" is no plugin id (a-z, 0-9, - and _)"};
  if (socket_path(name, options.generation).size() > 107)
    return {Code::kBadRequest, socket_path(name, options.generation) +
                                   " is too long for a socket; choose a shorter run directory"};
  if (find(name, options.generation))
    return {Code::kConflict, name + "." + std::to_string(options.generation) + " exists already"};
  namespace fs = std::filesystem;
  for (const std::string& dir : {options.state_dir, options.runtime_dir}) {
    if (dir.empty()) continue;
    std::error_code error;
    const bool made = fs::create_directories(dir, error);
    if (error) return {Code::kBadRequest, dir + ": " + error.message()};
    if (made) fs::permissions(dir, fs::perms::owner_all, error);
  }
  return {};
}

Status HostCore::release(Instance* instance) {
  std::shared_ptr<InstanceImpl> gone;
  const std::lock_guard lock(mutex_);
  const auto it = std::find_if(instances_.begin(), instances_.end(),
                               [&](const auto& one) { return one.get() == instance; });
  if (it == instances_.end()) return {Code::kNotFound, "no such instance"};
  if ((*it)->state() != InstanceState::kStopped)
    return {Code::kConflict, (*it)->id() + " is " + std::string(state_name((*it)->state()))};
  topics_.erase({(*it)->id(), (*it)->generation()});
  gone = std::move(*it);
  instances_.erase(it);
  return {};
}

kernel::RegisterRequest HostCore::describe(const InstanceImpl& instance) const {
  kernel::RegisterRequest request;
  request.set_id(instance.id());
  request.set_generation(instance.generation());
  request.set_process(id());
  for (const std::string& service : instance.services())
    if (service != kInstanceService && service != kDirectoryService && service != kHostService)
      request.add_services(service);
  const std::lock_guard lock(mutex_);
  const auto it = topics_.find({instance.id(), instance.generation()});
  if (it != topics_.end())
    for (const std::string& topic : it->second) request.add_topics(topic);
  return request;
}

void HostCore::enter(InstanceImpl& instance, UniqueFunction<void(Status)> done) {
  const kernel::RegisterRequest request = describe(instance);
  if (directory_) return done(directory_->add(request));
  if (role() == HostRole::kClient) return done({});
  ask(*self_, "Register", rpc::encode(request), std::move(done));
}

void HostCore::leave(const std::string& name, std::uint64_t generation, bool clean) {
  if (directory_) return directory_->withdraw(name, generation, clean);
  if (role() == HostRole::kClient) return;
  kernel::WithdrawRequest request;
  request.set_id(name);
  request.set_generation(generation);
  request.set_clean(clean);
  ask(*self_, "Withdraw", rpc::encode(request), {});
}

// A kernel that has just come knows nothing of this process.
void HostCore::rejoin() {
  if (role() != HostRole::kHost) return;
  kernel::HelloRequest hello;
  hello.set_process(id());
  hello.set_generation(options_.generation);
  hello.set_version(bus::kProtocolVersion);
  ask(*self_, "Hello", rpc::encode(hello), {});
  enter(*self_, [](const Status&) {});
  std::vector<std::shared_ptr<InstanceImpl>> ready;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : instances_)
      if (one->state() == InstanceState::kReady) ready.push_back(one);
  }
  for (const auto& one : ready)
    enter(*one, [weak = std::weak_ptr(one)](Status status) {
      const auto instance = weak.lock();
      if (instance && !status.ok()) instance->fail(status.annotate("the kernel refused it"));
    });
}

void HostCore::report(InstanceReport report) {
  report.process = id();
  if (report.id == self_->id() && report.generation == self_->generation()) return;
  self_->loop().post([weak = weak_from_this(), report = std::move(report)] {
    const auto core = weak.lock();
    if (!core) return;
    std::shared_ptr<InstanceObserver> observer;
    {
      const std::lock_guard lock(core->mutex_);
      observer = core->observer_;
    }
    if (observer && *observer) (*observer)(report);
    if (core->directory_)
      core->directory_->report(report);
    else if (core->role() == HostRole::kHost)
      ask(*core->self_, "Report", rpc::encode(bus::encode_report(report)), {});
  });
}

Registration HostCore::subscribe(const std::shared_ptr<bus::Node>& node, std::string_view topic,
                                 bus::EventHandler handler) {
  return hub_->subscribe(node, topic, std::move(handler));
}

void HostCore::forget(bus::Node& node) {
  if (hub_) hub_->forget(node);
}

void HostCore::announce(bus::Node& node, const std::string& topic) {
  kernel::AnnounceRequest request;
  {
    const std::lock_guard lock(mutex_);
    auto& topics = topics_[{node.id(), node.generation()}];
    if (topics.contains("")) return;
    topics.insert(topic);
    if (topics.size() > bus::kMaxAnnounced) topics = {""};
    for (const std::string& one : topics) request.add_topics(one);
  }
  request.set_id(node.id());
  request.set_generation(node.generation());
  // One that is not ready yet is announced when it registers.
  if (directory_)
    static_cast<void>(directory_->announce(request));
  else if (role() == HostRole::kHost)
    ask(*self_, "Announce", rpc::encode(request), {});
}

}  // namespace kubus::plugin
