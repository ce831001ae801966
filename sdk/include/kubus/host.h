// The loader's side of libkubus: what kubusd, kubus-host and the kubus command use to run plugin
// instances and to take part in the bus. Plugins do not include this file.
//
// Thread safety: all members of Host, Instance and Directory from any thread unless noted.
// Observers run on the loop of Host::self(), one at a time, and must not block.
//
// A process has one Host. A Host has one instance of its own, self(): the kernel answers the
// directory and its verbs with it, kubus-host is controlled through it, the command calls with it.
//
//   kubusd:      Host::open({.run_dir = run, .role = HostRole::kKernel, .id = "kubus"})
//   kubus-host:  Host::open({.run_dir = run, .role = HostRole::kHost, .id = "host-foo",
//                            .generation = 3})
//   kubus:       Host::open({.run_dir = run, .role = HostRole::kClient, .id = "kubus"})
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/bus.h"
#include "kubus/config.h"
#include "kubus/context.h"
#include "kubus/plugin_abi.h"
#include "kubus/status.h"

namespace kubus {

// kCreated -> kStarting -> kReady | kSkipped | kFailed; kReady may become kFailed; from any of them
// stop() leads through kDraining to kStopped, or to kZombie when code of the plugin does not return
// by the deadline. A zombie that finishes later still becomes kStopped. Only a kStopped instance's
// file may be unmapped.
enum class InstanceState : std::uint8_t {
  kCreated,
  kStarting,
  kReady,
  kSkipped,
  kFailed,
  kDraining,
  kStopped,
  kZombie,
};
std::string_view state_name(InstanceState state);

// What still belongs to an instance, so that one that does not end can be explained.
struct Residue {
  std::size_t sockets = 0;        // open bus sockets
  std::size_t threads = 0;        // loop and pool threads that have not been joined
  std::size_t registrations = 0;  // timers, descriptors, calls, streams, subscriptions it holds
  std::size_t serving = 0;        // calls and streams of others that it has not answered
  std::size_t shared = 0;         // shared_ptr made by Context::shared that somebody still holds
  // "2 threads, 1 socket" or "nothing".
  std::string to_string() const;
};

struct InstanceOptions {
  std::string id{};
  std::uint64_t generation = 1;
  Config config{};
  std::string state_dir{};    // made with mode 0700 when absent; empty: none
  std::string runtime_dir{};  // likewise
  std::size_t threads = 4;    // limit of its pool
  std::vector<std::string> permissions{};
  // Not ready by then: kFailed.
  std::chrono::milliseconds start_timeout{60'000};
};

// `why` is the reason of kSkipped, kFailed and kZombie.
struct InstanceReport {
  std::string id;
  std::uint64_t generation = 0;
  std::string process;  // the Host it runs in ("kubus" for the kernel itself)
  InstanceState state = InstanceState::kCreated;
  Status why;
  Residue residue;  // filled for kZombie
};
using InstanceObserver = UniqueFunction<void(const InstanceReport&)>;

// One generation of one plugin, in this process.
class Instance {
 public:
  virtual ~Instance() = default;

  virtual Context& context() = 0;
  virtual kubus_host* abi() = 0;
  virtual InstanceState state() const = 0;
  virtual Status why() const = 0;
  virtual Residue residue() const = 0;

  // Creates the plugin on a thread that ends afterwards, then starts it on its loop. The outcome
  // arrives as a report. Ready means: its services are in the directory, and names that an older
  // generation served have been switched to this one. `descriptor` must stay mapped until kStopped.
  virtual void start(const kubus_plugin_descriptor_v1* descriptor) = 0;
  // The same without a plugin file: `setup` runs on the loop; ok means ready. For code of the
  // process itself, and for tests.
  virtual void start(UniqueFunction<Status(Context&)> setup) = 0;
  // New values; the plugin's reconfigure() runs on its loop.
  virtual void configure(Config config) = 0;
  // Closes the gate (new calls are refused and go to the successor), runs drain(), lets calls
  // inside finish, ends open streams with kUnavailable, leaves the directory, joins its threads,
  // destroys the plugin. What is unfinished at the deadline is cancelled. Returns at once; ends
  // with a report of kStopped, or kZombie and perhaps kStopped later. Idempotent; a later call
  // cannot extend the deadline.
  virtual void stop(std::chrono::milliseconds deadline) = 0;
  // Blocks until kStopped or kZombie, or the timeout; never on a loop.
  virtual InstanceState wait_stopped(std::chrono::milliseconds timeout) = 0;
};

struct InstanceRecord {
  std::string id;
  std::uint64_t generation = 0;
  std::string process;
  std::vector<std::string> permissions;
};
struct ServiceRecord {
  std::string name;
  std::string active;                  // id of the provider that plain calls reach
  std::vector<std::string> providers;  // ids, in order of their coming
};

// The server side of the directory, in the kernel's process only: who exists, who serves what. It
// answers the service "kubus.directory.v1" (sdk/proto/kubus/kernel.proto) on Host::self().
//
// An id belongs to the process that was named for it with expect(); nobody else can register it.
// The newest generation of an id owns its names: registering it switches all of them in one step,
// and every process hears of it in one message.
class Directory {
 public:
  virtual ~Directory() = default;

  // (id, generation) will run in `process` (a Host's id). Call it before starting the instance;
  // make_instance() in the kernel's own process does it itself.
  virtual void expect(const std::string& id, std::uint64_t generation, const std::string& process,
                      std::vector<std::string> permissions) = 0;
  // A host process died: all its instances are gone, and their callers are told.
  virtual void process_gone(const std::string& process) = 0;
  // Takes one instance out although it did not say goodbye (a zombie).
  virtual void instance_gone(const std::string& id, std::uint64_t generation) = 0;
  // Which of several providers of `service` is the active one, whenever it is present. Without a
  // preference it is the one that came first.
  virtual void prefer(const std::string& service, const std::string& id) = 0;

  virtual std::vector<InstanceRecord> instances() const = 0;
  virtual std::vector<ServiceRecord> services() const = 0;
  // Reports of instances in every process, the kernel's own included.
  virtual void observe(InstanceObserver observer) = 0;
};

enum class HostRole : std::uint8_t { kKernel, kHost, kClient };

struct HostOptions {
  std::string run_dir;  // ipc sockets are in <run_dir>/bus (mode 0700); at most 60 bytes long
  HostRole role = HostRole::kClient;
  std::string id{};  // the process's name on the bus
  std::uint64_t generation = 1;
};

class Host {
 public:
  // kUnavailable when role is not kKernel and no kernel answers at run_dir; kConflict when it is
  // and another kernel already does.
  static Result<std::unique_ptr<Host>> open(HostOptions options);
  virtual ~Host() = default;  // close(10 s)

  virtual const HostOptions& options() const = 0;
  // Its own instance: always ready, stopped by close().
  virtual Instance& self() = 0;
  // Null unless the role is kKernel.
  virtual Directory* directory() = 0;
  // kBadRequest for a bad id or directory; kConflict when (id, generation) already exists here. The
  // Host keeps the instance until it is stopped and release()d.
  virtual Result<Instance*> make_instance(InstanceOptions options) = 0;
  // Forgets a kStopped instance; kConflict in any other state.
  virtual Status release(Instance* instance) = 0;
  virtual std::vector<Instance*> instances() const = 0;
  // Reports of the instances of this process. In a kHost process they go to the kernel as well.
  virtual void observe(InstanceObserver observer) = 0;
  // True while the kernel is there (always in the kernel). A kHost process that loses its kernel
  // keeps running and says hello to the next one.
  virtual bool connected() const = 0;
  // Stops what is left, closes all sockets, ends the bus of this process. Names what does not end
  // in the Status. Idempotent.
  virtual Status close(std::chrono::milliseconds deadline) = 0;
};

// A kHost process is controlled by the kernel through the service "kubus.host.v1" on its self():
// Configure, Stop and Inspect (kernel.proto); call it with CallOptions::provider = the process's
// id. Every instance answers "kubus.instance.v1" the same way: Stats (counters for `kubus bus
// top`), Trace (a stream of the messages it sends and receives) and Metrics.
inline constexpr std::string_view kDirectoryService = "kubus.directory.v1";
inline constexpr std::string_view kHostService = "kubus.host.v1";
inline constexpr std::string_view kInstanceService = "kubus.instance.v1";

}  // namespace kubus
