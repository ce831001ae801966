// The runtime contract (sdk/proto/kubus/runtime.proto) as typed methods of service `runtime.v1`.
//
// Thread safety: constants.
//
// Timeouts a caller should give: CreateContainer and StartContainer a minute, StopContainer and
// StopSandbox their own timeout and some seconds, LoadImage and PullImage minutes.
#pragma once

#include "kubus/rpc.h"
#include "kubus/runtime.pb.h"

namespace kubus::runtime {

inline constexpr std::string_view kService = "runtime.v1";

inline constexpr rpc::Method<StatusRequest, StatusResponse> kStatus{kService, "Status"};
inline constexpr rpc::Method<RunSandboxRequest, RunSandboxResponse> kRunSandbox{kService,
                                                                                "RunSandbox"};
inline constexpr rpc::Method<StopSandboxRequest, StopSandboxResponse> kStopSandbox{kService,
                                                                                   "StopSandbox"};
inline constexpr rpc::Method<RemoveSandboxRequest, RemoveSandboxResponse> kRemoveSandbox{
    kService, "RemoveSandbox"};
inline constexpr rpc::Method<SandboxStatusRequest, SandboxStatusResponse> kSandboxStatus{
    kService, "SandboxStatus"};
inline constexpr rpc::Method<ListSandboxesRequest, ListSandboxesResponse> kListSandboxes{
    kService, "ListSandboxes"};
inline constexpr rpc::Method<CreateContainerRequest, CreateContainerResponse> kCreateContainer{
    kService, "CreateContainer"};
inline constexpr rpc::Method<StartContainerRequest, StartContainerResponse> kStartContainer{
    kService, "StartContainer"};
inline constexpr rpc::Method<StopContainerRequest, StopContainerResponse> kStopContainer{
    kService, "StopContainer"};
inline constexpr rpc::Method<RemoveContainerRequest, RemoveContainerResponse> kRemoveContainer{
    kService, "RemoveContainer"};
inline constexpr rpc::Method<SignalContainerRequest, SignalContainerResponse> kSignalContainer{
    kService, "SignalContainer"};
inline constexpr rpc::Method<ContainerStatusRequest, ContainerStatusResponse> kContainerStatus{
    kService, "ContainerStatus"};
inline constexpr rpc::Method<ListContainersRequest, ListContainersResponse> kListContainers{
    kService, "ListContainers"};
inline constexpr rpc::Method<UpdateResourcesRequest, UpdateResourcesResponse> kUpdateResources{
    kService, "UpdateResources"};
inline constexpr rpc::Method<ReopenLogRequest, ReopenLogResponse> kReopenLog{kService, "ReopenLog"};
inline constexpr rpc::Method<ExecSyncRequest, ExecSyncResponse> kExecSync{kService, "ExecSync"};
inline constexpr rpc::Method<ExecRequest, SessionResponse> kExec{kService, "Exec"};
inline constexpr rpc::Method<AttachRequest, SessionResponse> kAttach{kService, "Attach"};
inline constexpr rpc::Method<PortForwardRequest, SessionResponse> kPortForward{kService,
                                                                               "PortForward"};
inline constexpr rpc::Method<StatsRequest, StatsResponse> kStats{kService, "Stats"};
inline constexpr rpc::StreamMethod<EventsRequest, Event> kEvents{kService, "Events"};
inline constexpr rpc::StreamMethod<PullImageRequest, PullImageProgress> kPullImage{kService,
                                                                                   "PullImage"};
inline constexpr rpc::Method<LoadImageRequest, LoadImageResponse> kLoadImage{kService, "LoadImage"};
inline constexpr rpc::Method<ListImagesRequest, ListImagesResponse> kListImages{kService,
                                                                                "ListImages"};
inline constexpr rpc::Method<ImageStatusRequest, ImageStatusResponse> kImageStatus{kService,
                                                                                   "ImageStatus"};
inline constexpr rpc::Method<RemoveImageRequest, RemoveImageResponse> kRemoveImage{kService,
                                                                                   "RemoveImage"};
inline constexpr rpc::Method<ImageFsInfoRequest, ImageFsInfoResponse> kImageFsInfo{kService,
                                                                                   "ImageFsInfo"};
inline constexpr rpc::Method<PruneImagesRequest, PruneImagesResponse> kPruneImages{kService,
                                                                                   "PruneImages"};

// Frame types of Exec and Attach sessions (runtime.proto, SessionResponse).
enum class Frame : std::uint8_t {
  kStdin = 0,
  kStdout = 1,
  kStderr = 2,
  kEnd = 3,
  kResize = 4,
  kStdinEnd = 5,
};
inline constexpr std::size_t kFrameHeader = 5;
inline constexpr std::size_t kMaxFramePayload = 1 << 20;

}  // namespace kubus::runtime
