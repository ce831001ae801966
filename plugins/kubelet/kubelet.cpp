#include "kubelet.h"

#include <set>

#include "kubus/api/quantity.h"

namespace kubus::kubelet {
namespace {

constexpr std::size_t kPodWorkers = 8;
constexpr std::chrono::milliseconds kReconnect{100};
constexpr std::chrono::seconds kServerGrace{2};

InformerOptions where(const std::string& field, const std::string& value) {
  InformerOptions options;
  options.field_selector = field + "=" + value;
  return options;
}

}  // namespace

Kubelet::Kubelet(Context& context, NodeSettings settings, NodeIdentity identity,
                 Duration status_interval, ServerSettings server, std::string client_ca_file)
    : context_(context),
      runtime_(context.bus()),
      log_rotator_(context, settings.log_limits,
                   [this](const std::string& id) { return runtime_.reopen_log(id); }),
      node_name_(settings.node_name),
      pods_(context, where("spec.nodeName", node_name_)),
      nodes_(context, where("metadata.name", node_name_)),
      services_(context),
      node_(context, runtime_, std::move(identity), status_interval),
      server_(server_parts(), std::move(server)),
      client_ca_(context, std::move(client_ca_file)) {
  worker_ = std::make_unique<PodWorker>(context_, runtime_, std::move(settings), surroundings());
  queue_ = std::make_unique<WorkQueue>(
      context_, "pods", kPodWorkers,
      [this](const std::string& uid) { return worker_->sync(uid, newest(uid)); });
}

Kubelet::~Kubelet() {
  if (events_) events_->cancel();
  queue_.reset();
}

PodWorker::Surroundings Kubelet::surroundings() {
  PodWorker::Surroundings out;
  out.node = [this] { return admission_node(); };
  out.services = [this](const std::string& ns) { return services_.list(ns); };
  out.look_again = [this](const std::string& uid) { queue_->add(uid); };
  return out;
}

std::optional<Admission::Node> Kubelet::admission_node() const {
  const auto node = nodes_.get({"", node_name_});
  if (!node) return std::nullopt;
  Admission::Node out;
  out.name = node_name_;
  out.labels = {node->metadata().labels().begin(), node->metadata().labels().end()};
  for (const auto& [name, amount] : node->status().allocatable()) {
    if (name == "pods")
      out.max_pods = QuantityValue::of(amount).value();
    else
      out.allocatable.set(name, amount);
  }
  return out;
}

void Kubelet::look_at_all() {
  std::lock_guard lock(mutex_);
  for (const auto& [uid, pod] : by_uid_) queue_->add(uid);
}

ServerParts Kubelet::server_parts() {
  return {context_.loop(),
          context_.pool(),
          runtime_,
          [this](const std::string& ns, const std::string& name) { return find_pod(ns, name); },
          [this] { return pods(); },
          [this] { return worker_->probes().metrics(); }};
}

void Kubelet::drain() {
  context_.pool().post([this] { server_.stop(kServerGrace); });
}

Status Kubelet::start() {
  KUBUS_TRY(server_.start());
  KUBUS_TRY(client_ca_.start([this](const std::string& pem) { server_.set_client_ca(pem); }));
  node_.start(server_.port());
  pods_.on_change([this](const PodPtr& old, const PodPtr& now) { pod_changed(old, now); },
                  [this] {
                    for (const auto& [uid, pod] : by_uid_) worker_->know(*pod);
                    synced_ = true;
                    follow_runtime();
                  });
  // Pods that came before the Node wait for it.
  nodes_.on_change([this](const auto& old, const auto& now) {
    if (!old && now && synced_) look_at_all();
  });
  return {};
}

PodPtr Kubelet::newest(const std::string& uid) const {
  std::lock_guard lock(mutex_);
  auto it = by_uid_.find(uid);
  return it == by_uid_.end() ? nullptr : it->second;
}

PodPtr Kubelet::find_pod(const std::string& ns, const std::string& name) const {
  return pods_.get({ns, name});
}

std::vector<PodPtr> Kubelet::pods() const { return pods_.list(); }

void Kubelet::pod_changed(const PodPtr& old, const PodPtr& now) {
  const std::string uid = (now ? now : old)->metadata().uid();
  {
    std::lock_guard lock(mutex_);
    if (now)
      by_uid_[uid] = now;
    else
      by_uid_.erase(uid);
    // A pod made anew under the same name: the one before it is gone.
    if (old && now && old->metadata().uid() != uid) by_uid_.erase(old->metadata().uid());
  }
  if (old && old->metadata().uid() != uid) queue_->add(old->metadata().uid());
  // Before the first complete list, nothing is started or stopped.
  if (synced_) queue_->add(uid);
}

void Kubelet::follow_runtime() {
  bus::CallOptions options;
  events_ = rpc::stream(
      context_.bus(), runtime::kEvents, runtime::EventsRequest(), options,
      [this](runtime::Event event) { on_runtime_event(event); },
      [this](const Status&) {
        retry_ = context_.loop().after(kReconnect, [this] { follow_runtime(); });
      });
}

void Kubelet::on_runtime_event(const runtime::Event& event) {
  switch (event.kind()) {
    case runtime::Event::SYNC:
      node_.refresh();
      server_.ends().missed();
      context_.pool().post([this] { adopt(); });
      break;
    case runtime::Event::CONTAINER_STARTED:
      log_rotator_.begin(event.container().id(), event.container().log_path());
      break;
    case runtime::Event::CONTAINER_REMOVED:
      log_rotator_.end(event.container().id());
      server_.ends().ended(event.container().id());
      break;
    case runtime::Event::CONTAINER_EXITED:
      log_rotator_.end(event.container().id());
      server_.ends().ended(event.container().id());
      [[fallthrough]];
    case runtime::Event::SANDBOX_STOPPED:
      if (!event.pod_uid().empty()) queue_->add(event.pod_uid());
      break;
    case runtime::Event::IMAGE_ADDED:
    case runtime::Event::IMAGE_REMOVED:
      node_.refresh();
      break;
    default:
      break;
  }
}

void Kubelet::adopt() {
  auto state = runtime_.everything();
  if (!state.ok()) {
    context_.log().warn("runtime not readable", {{"error", state.status().to_string()}});
    return;
  }
  std::vector<std::string> sandboxes;
  std::set<std::string> uids;
  for (const auto& sandbox : state->sandboxes) {
    sandboxes.push_back(sandbox.id());
    uids.insert(sandbox.config().pod_uid());
  }
  for (const auto& container : state->containers)
    if (is_running(container)) log_rotator_.begin(container.id(), container.log_path());
  if (Status s = runtime_.reconcile_network(sandboxes); !s.ok())
    context_.log().warn("network not reconciled", {{"error", s.to_string()}});
  for (const std::string& uid : worker_->volumes().pods()) uids.insert(uid);
  {
    std::lock_guard lock(mutex_);
    for (const auto& [uid, pod] : by_uid_) uids.insert(uid);
  }
  context_.log().info("pods adopted", {{"sandboxes", sandboxes.size()}, {"pods", uids.size()}});
  for (const std::string& uid : uids)
    if (!uid.empty()) queue_->add(uid);
}

}  // namespace kubus::kubelet
