// A kubusd of a test's own: its directories, its process, and the kubus command to talk to it.
#pragma once

#include <sys/types.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "command.h"
#include "eventually.h"
#include "kubus/host.h"
#include "process_usage.h"
#include "temp_dir.h"

namespace kubus::testing {

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

  // A connection of the test itself.
  std::unique_ptr<Host> connect() const;

 private:
  kernel::TempDir dir_;
  pid_t pid_ = 0;
};

}  // namespace kubus::testing
