#include "bus/directory.h"

#include <utility>

#include "bus/limits.h"
#include "core/json_text.h"
#include "kubus/rpc.h"

namespace kubus::bus {

kernel::ReportRequest encode_report(const InstanceReport& report) {
  kernel::ReportRequest message;
  message.set_id(report.id);
  message.set_generation(report.generation);
  message.set_process(report.process);
  message.set_state(static_cast<std::uint32_t>(report.state));
  message.set_code(static_cast<std::uint32_t>(report.why.code()));
  message.set_message(core::valid_utf8(report.why.message()));
  kernel::Residue& residue = *message.mutable_residue();
  residue.set_sockets(report.residue.sockets);
  residue.set_threads(report.residue.threads);
  residue.set_registrations(report.residue.registrations);
  residue.set_serving(report.residue.serving);
  residue.set_shared(report.residue.shared);
  return message;
}

InstanceReport decode_report(const kernel::ReportRequest& message) {
  InstanceReport report;
  report.id = message.id();
  report.generation = message.generation();
  report.process = message.process();
  report.state = message.state() <= static_cast<std::uint32_t>(InstanceState::kZombie)
                     ? static_cast<InstanceState>(message.state())
                     : InstanceState::kFailed;
  const bool known = message.code() <= static_cast<std::uint32_t>(Code::kDraining);
  report.why =
      Status(known ? static_cast<Code>(message.code()) : Code::kUnknown, message.message());
  const kernel::Residue& residue = message.residue();
  report.residue = {residue.sockets(), residue.threads(), residue.registrations(),
                    residue.serving(), residue.shared()};
  return report;
}

DirectoryImpl::DirectoryImpl(Routes& routes) : routes_(routes) { routes_.apply(table_.snapshot()); }

void DirectoryImpl::tell(const kernel::Change& change) {
  if (change.instances().empty() && change.services().empty() && change.gone().empty()) return;
  routes_.apply(change);
  const Bytes text = rpc::encode(change);
  // One that does not read is ended by its writer, and opens the stream again.
  std::erase_if(watchers_, [&](StreamWriter& watcher) { return !watcher.write(text); });
}

void DirectoryImpl::expect(const std::string& id, std::uint64_t generation,
                           const std::string& process, std::vector<std::string> permissions) {
  const std::lock_guard lock(mutex_);
  table_.expect({id, generation}, process, std::move(permissions));
}

void DirectoryImpl::process_gone(const std::string& process) {
  const std::lock_guard lock(mutex_);
  tell(table_.remove_process(process));
}

void DirectoryImpl::instance_gone(const std::string& id, std::uint64_t generation) {
  withdraw(id, generation, false);
}

void DirectoryImpl::withdraw(const std::string& id, std::uint64_t generation, bool clean) {
  const std::lock_guard lock(mutex_);
  tell(table_.remove({id, generation}, clean));
}

void DirectoryImpl::prefer(const std::string& service, const std::string& id) {
  const std::lock_guard lock(mutex_);
  tell(table_.prefer(service, id));
}

std::vector<InstanceRecord> DirectoryImpl::instances() const {
  const std::lock_guard lock(mutex_);
  return table_.instances();
}

std::vector<ServiceRecord> DirectoryImpl::services() const {
  const std::lock_guard lock(mutex_);
  return table_.services();
}

Status DirectoryImpl::add(const kernel::RegisterRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto change = table_.add(request);
  if (!change.ok()) return change.status();
  tell(*change);
  return {};
}

Status DirectoryImpl::announce(const kernel::AnnounceRequest& request) {
  const std::lock_guard lock(mutex_);
  const auto change = table_.announce(request);
  if (!change.ok()) return change.status();
  tell(*change);
  return {};
}

void DirectoryImpl::observe(InstanceObserver observer) {
  const std::lock_guard lock(observer_mutex_);
  observer_ = std::make_shared<InstanceObserver>(std::move(observer));
}

void DirectoryImpl::report(const InstanceReport& report) {
  std::shared_ptr<InstanceObserver> observer;
  {
    const std::lock_guard lock(observer_mutex_);
    observer = observer_;
  }
  if (observer && *observer) (*observer)(report);
}

void DirectoryImpl::close() {
  {
    const std::lock_guard lock(observer_mutex_);
    observer_.reset();
  }
  const std::lock_guard lock(mutex_);
  watchers_.clear();
}

void DirectoryImpl::watch(StreamWriter writer) {
  const std::lock_guard lock(mutex_);
  if (writer.write(rpc::encode(table_.snapshot()))) watchers_.push_back(std::move(writer));
}

namespace {

// Answers one method with what `act` says of the decoded request.
template <class Request, class Reply, class Act>
CallHandler answer(Act act) {
  return [act = std::move(act)](const Caller& caller, Bytes body, Responder responder) mutable {
    auto request = rpc::decode<Request>(body);
    if (!request.ok()) return responder.fail(request.status());
    Reply reply;
    if (const Status status = act(caller, *request, reply); !status.ok())
      return responder.fail(status);
    responder.reply(rpc::encode(reply));
  };
}

}  // namespace

Service DirectoryImpl::service() {
  using namespace kernel;  // NOLINT(google-build-using-namespace): messages only
  Service service;
  service.method("Hello", answer<HelloRequest, HelloReply>(
                              [](const Caller&, const HelloRequest&, HelloReply& reply) -> Status {
                                reply.set_version(kProtocolVersion);
                                return {};
                              }));
  service.method("Register", answer<RegisterRequest, RegisterReply>(
                                 [this](const Caller&, const RegisterRequest& request,
                                        RegisterReply&) { return add(request); }));
  service.method("Announce", answer<AnnounceRequest, AnnounceReply>(
                                 [this](const Caller&, const AnnounceRequest& request,
                                        AnnounceReply&) { return announce(request); }));
  service.method("Withdraw", answer<WithdrawRequest, WithdrawReply>(
                                 [this](const Caller&, const WithdrawRequest& request,
                                        WithdrawReply&) -> Status {
                                   withdraw(request.id(), request.generation(), request.clean());
                                   return {};
                                 }));
  service.method(
      "Describe",
      answer<DescribeRequest, DescribeReply>(
          [this](const Caller&, const DescribeRequest& request, DescribeReply& reply) -> Status {
            const std::lock_guard lock(mutex_);
            kernel::Instance starting;
            const kernel::Instance* found =
                table_.find_or_expect({request.id(), request.generation()}, starting);
            if (!found) return {Code::kNotFound, request.id() + " is not registered"};
            *reply.mutable_instance() = *found;
            return {};
          }));
  service.method("Report",
                 answer<ReportRequest, ReportReply>(
                     [this](const Caller&, const ReportRequest& request, ReportReply&) -> Status {
                       report(decode_report(request));
                       return {};
                     }));
  service.stream("Watch",
                 [this](const Caller&, Bytes, StreamWriter writer) { watch(std::move(writer)); });
  return service;
}

}  // namespace kubus::bus
