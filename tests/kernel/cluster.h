// A kubusd of a test's own: its directories, its process, and the kubus command to talk to it.
#pragma once

#include <sys/types.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kubus/host.h"
#include "temp_dir.h"

namespace kubus::testing {

struct CommandResult {
  int code = 0;
  std::string out;  // both outputs, in the order they were written
};

class Cluster {
 public:
  Cluster();
  // Ends kubusd if it still runs.
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // `config` is the text of kubus.yaml, after what every test needs.
  void start(const std::string& config = "");
  // SIGTERM, then waits: the exit code, or minus the signal that killed it.
  int stop();
  // Waits for it to end by itself.
  int wait_exit();
  void signal(int number) const;
  pid_t pid() const { return pid_; }

  const std::string& dir() const { return dir_.path(); }
  std::string plugin_dir() const { return dir() + "/plugins"; }
  std::string log() const;
  void write(const std::string& name, const std::string& text) const { dir_.write(name, text); }

  // Puts build/zoo/<file>.so into the plugin directory in one step, as <as>.so.
  void install(const std::string& file, std::string as = "") const;
  void remove(const std::string& name) const;
  static std::string zoo(const std::string& file);
  static std::string binary(const std::string& name);

  CommandResult kubus(const std::vector<std::string>& arguments) const;
  boost::json::array plugins() const;
  boost::json::object plugin(const std::string& name) const;
  static std::string text(const boost::json::object& plugin, const char* key);
  static std::int64_t number(const boost::json::object& plugin, const char* key);
  // Until the plugin is in the state and its message contains `message`; a failure of the test
  // otherwise.
  void expect(const std::string& name, const std::string& state, const std::string& message = "");
  bool eventually(const std::function<bool()>& condition) const;

  // A connection of the test itself.
  std::unique_ptr<Host> connect() const;

 private:
  kernel::TempDir dir_;
  pid_t pid_ = 0;
};

// Lines of /proc/<pid>/maps, descriptors, threads, and resident memory.
struct Usage {
  std::size_t mappings = 0;
  std::size_t plugin_mappings = 0;
  std::size_t descriptors = 0;
  std::size_t threads = 0;
  std::size_t resident_kb = 0;
};
Usage usage_of(pid_t pid);
// The processes whose parent is `pid`.
std::vector<pid_t> children_of(pid_t pid);

}  // namespace kubus::testing
