#include "service.h"

#include <utility>

#include "kubus/runtime.h"
#include "reference.h"

namespace kubus::runtime_oci {
namespace {

namespace rt = kubus::runtime;

const Status kStopping(Code::kDraining, "the runtime is stopping");

// Answers with `work(request)`, run on the pool.
template <class Request, class Reply, class Work>
void on_pool(bus::Service& service, Pool& pool, const rpc::Method<Request, Reply>& method,
             Work work) {
  rpc::handle(service, method,
              [&pool, work](const bus::Caller&, Request request, rpc::Answer<Reply> answer) {
                auto shared = std::make_shared<rpc::Answer<Reply>>(std::move(answer));
                const bool posted =
                    pool.post([work, shared, request = std::move(request)]() mutable {
                      (*shared)(work(request));
                    });
                if (!posted) (*shared)(Result<Reply>(kStopping));
              });
}

// Answers with `work(request)`, at once.
template <class Request, class Reply, class Work>
void at_once(bus::Service& service, const rpc::Method<Request, Reply>& method, Work work) {
  rpc::handle(service, method,
              [work](const bus::Caller&, const Request& request, rpc::Answer<Reply> answer) {
                answer(work(request));
              });
}

// Answers when `work(request, done)` calls `done` with a Status or a Result.
template <class Request, class Reply, class Work>
void later(bus::Service& service, const rpc::Method<Request, Reply>& method, Work work) {
  rpc::handle(service, method,
              [work](const bus::Caller&, Request request, rpc::Answer<Reply> answer) {
                auto shared = std::make_shared<rpc::Answer<Reply>>(std::move(answer));
                work(request, [shared](Result<Reply> result) { (*shared)(result); });
              });
}

template <class Reply>
Result<Reply> with_container(Result<rt::Container> container) {
  if (!container.ok()) return container.status();
  Reply reply;
  *reply.mutable_container() = std::move(*container);
  return reply;
}

template <class Reply>
Result<Reply> with_status(const Status& status) {
  if (!status.ok()) return status;
  return Reply();
}

Result<rt::SessionResponse> with_socket(Result<std::string> socket) {
  if (!socket.ok()) return socket.status();
  rt::SessionResponse reply;
  reply.set_socket(*socket);
  return reply;
}

void add_sandbox_methods(bus::Service& service, Runtime& runtime) {
  Pool& pool = runtime.node().pool;
  at_once(service, rt::kStatus,
          [&](const auto&) -> Result<rt::StatusResponse> { return runtime.status(); });
  on_pool(service, pool, rt::kRunSandbox, [&](const auto& r) -> Result<rt::RunSandboxResponse> {
    auto sandbox = runtime.sandboxes().run(r.config());
    if (!sandbox.ok()) return sandbox.status();
    rt::RunSandboxResponse reply;
    *reply.mutable_sandbox() = std::move(*sandbox);
    return reply;
  });
  later(service, rt::kStopSandbox, [&](const auto& r, auto done) {
    runtime.sandboxes().stop(r.id(), [done](const Status& status) {
      done(with_status<rt::StopSandboxResponse>(status));
    });
  });
  later(service, rt::kRemoveSandbox, [&](const auto& r, auto done) {
    runtime.sandboxes().remove(r.id(), [done](const Status& status) {
      done(with_status<rt::RemoveSandboxResponse>(status));
    });
  });
  at_once(service, rt::kSandboxStatus,
          [&](const auto& r) { return runtime.sandbox_status(r.id()); });
  at_once(service, rt::kListSandboxes,
          [&](const auto& r) -> Result<rt::ListSandboxesResponse> { return runtime.list(r); });
  on_pool(service, pool, rt::kStats,
          [&](const auto& r) -> Result<rt::StatsResponse> { return runtime.stats(r); });
}

void add_container_methods(bus::Service& service, Runtime& runtime) {
  Pool& pool = runtime.node().pool;
  on_pool(service, pool, rt::kCreateContainer, [&](const auto& r) {
    return with_container<rt::CreateContainerResponse>(
        runtime.containers().create(r.sandbox_id(), r.config()));
  });
  on_pool(service, pool, rt::kStartContainer, [&](const auto& r) {
    return with_container<rt::StartContainerResponse>(runtime.containers().start(r.id()));
  });
  later(service, rt::kStopContainer, [&](const auto& r, auto done) {
    runtime.containers().stop(r.id(), std::chrono::milliseconds(r.timeout_ms()), r.signal(),
                              [&runtime, done, id = r.id()](const Status& status) {
                                if (!status.ok()) return done(status);
                                auto container = runtime.container(id);
                                if (container.code() == Code::kNotFound && !container.ok())
                                  return done(rt::StopContainerResponse());
                                done(with_container<rt::StopContainerResponse>(container));
                              });
  });
  later(service, rt::kRemoveContainer, [&](const auto& r, auto done) {
    runtime.containers().remove(r.id(), r.keep_log(), [done](const Status& status) {
      done(with_status<rt::RemoveContainerResponse>(status));
    });
  });
  at_once(service, rt::kSignalContainer, [&](const auto& r) {
    return with_status<rt::SignalContainerResponse>(
        runtime.containers().signal(r.id(), r.signal()));
  });
  at_once(service, rt::kContainerStatus, [&](const auto& r) {
    return with_container<rt::ContainerStatusResponse>(runtime.container(r.id()));
  });
  at_once(service, rt::kListContainers,
          [&](const auto& r) -> Result<rt::ListContainersResponse> { return runtime.list(r); });
  on_pool(service, pool, rt::kUpdateResources, [&](const auto& r) {
    return with_container<rt::UpdateResourcesResponse>(
        runtime.containers().update(r.id(), r.resources()));
  });
  on_pool(service, pool, rt::kReopenLog, [&](const auto& r) {
    return with_status<rt::ReopenLogResponse>(runtime.containers().reopen_log(r.id()));
  });
}

void add_session_methods(bus::Service& service, Runtime& runtime) {
  later(service, rt::kExecSync,
        [&](const auto& r, auto done) { runtime.sessions().exec_sync(r, done); });
  at_once(service, rt::kExec,
          [&](const auto& r) { return with_socket(runtime.sessions().exec(r)); });
  at_once(service, rt::kAttach,
          [&](const auto& r) { return with_socket(runtime.sessions().attach(r)); });
  on_pool(service, runtime.node().pool, rt::kPortForward,
          [&](const auto& r) { return with_socket(runtime.sessions().port_forward(r)); });
  rpc::handle(service, rt::kEvents,
              [&](const bus::Caller&, const rt::EventsRequest&, rpc::ItemWriter<rt::Event> writer) {
                auto shared = std::make_shared<rpc::ItemWriter<rt::Event>>(std::move(writer));
                const auto id = runtime.events().listen(
                    [shared](const rt::Event& event) { return shared->write(event); });
                shared->raw().on_cancel([&runtime, id] { runtime.events().forget(id); });
              });
}

void add_image_methods(bus::Service& service, Runtime& runtime) {
  Pool& pool = runtime.node().pool;
  rpc::handle(
      service, rt::kPullImage,
      [&](const bus::Caller&, rt::PullImageRequest request,
          rpc::ItemWriter<rt::PullImageProgress> writer) {
        auto shared = std::make_shared<rpc::ItemWriter<rt::PullImageProgress>>(std::move(writer));
        const bool posted = pool.post([&runtime, shared, request = std::move(request)] {
          const auto progress = [&](const rt::PullImageProgress& item) { shared->write(item); };
          auto image = runtime.puller().pull(request.image(), request.auth(), progress);
          if (!image.ok()) return shared->raw().finish(image.status());
          rt::PullImageProgress last;
          last.set_stage("done");
          *last.mutable_image() = std::move(*image);
          shared->write(last);
          shared->raw().finish();
        });
        if (!posted) shared->raw().finish(kStopping);
      });
  on_pool(service, pool, rt::kLoadImage, [&](const auto& r) -> Result<rt::LoadImageResponse> {
    auto images = runtime.load_image(r.path(), r.name());
    if (!images.ok()) return images.status();
    rt::LoadImageResponse reply;
    for (auto& image : *images) *reply.add_images() = std::move(image);
    return reply;
  });
  at_once(service, rt::kListImages, [&](const auto&) -> Result<rt::ListImagesResponse> {
    rt::ListImagesResponse reply;
    for (auto& image : runtime.images().list()) *reply.add_images() = std::move(image);
    return reply;
  });
  at_once(service, rt::kImageStatus, [&](const auto& r) -> Result<rt::ImageStatusResponse> {
    rt::ImageStatusResponse reply;
    auto image = runtime.images().find(r.image());
    if (image.ok()) {
      *reply.mutable_image() = std::move(*image);
      return reply;
    }
    // A name that no image could have is the user's mistake, not an absent image.
    const auto name = Reference::parse(r.image());
    if (!name.ok() && !is_digest(r.image())) return name.status();
    return reply;
  });
  on_pool(service, pool, rt::kRemoveImage, [&](const auto& r) {
    return with_status<rt::RemoveImageResponse>(runtime.remove_image(r.image()));
  });
  on_pool(service, pool, rt::kImageFsInfo,
          [&](const auto&) -> Result<rt::ImageFsInfoResponse> { return runtime.image_fs_info(); });
  on_pool(service, pool, rt::kPruneImages,
          [&](const auto& r) -> Result<rt::PruneImagesResponse> { return runtime.prune(r); });
}

}  // namespace

bus::Service make_service(Runtime& runtime) {
  bus::Service service;
  add_sandbox_methods(service, runtime);
  add_container_methods(service, runtime);
  add_session_methods(service, runtime);
  add_image_methods(service, runtime);
  return service;
}

}  // namespace kubus::runtime_oci
