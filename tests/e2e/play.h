// Play: a test that types commands and compares what they print.
//
//   play({
//       {"kubectl create configmap a", "configmap/a created"},
//       {"kubectl get configmap b", "Error from server (NotFound): configmaps \"b\" not found", 1},
//       {"kubectl get pods", "No resources found in … namespace.", 0, kEventually},
//   });
//
// Commands are lines of sh, run in a directory of the test's own, with a kubeconfig whose namespace
// is the test's own too. What they print is both of their outputs; transcript.h says how it is
// compared. The expectations are what the reference prints.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "shared_cluster.h"
#include "temp_dir.h"

namespace kubus::e2e {

// Arguments of `kubectl run` and `kubectl create deployment` for a container that ends at once when
// it is told to: the image's own server does not listen to SIGTERM.
inline const std::string kUntilTold =
    " --image=demo:1.0 -- sh -c 'trap exit TERM; sleep 600 & wait'";

enum class When : std::uint8_t { kNow, kEventually };
// The command is repeated until it prints this, or the test's patience ends.
inline constexpr When kEventually = When::kEventually;

struct Step {
  std::string command;
  std::string printed;
  int code = 0;
  When when = When::kNow;
};

class Play : public ::testing::Test {
 protected:
  // Skips the test where no cluster can run.
  void SetUp() override;

  // The first step that fails ends the play.
  void play(std::initializer_list<Step> steps);
  // A file in the directory of the commands.
  void write(const std::string& name, const std::string& text, bool executable = false);
  // A file or folder of tests/e2e, put there.
  void bring(const std::string& name);
  // What a command prints, without the end of its last line.
  std::string output_of(const std::string& command);

  integration::Cluster& cluster() { return *shared_cluster(); }
  const std::string& ns() const { return ns_; }

 private:
  testing::CommandResult run(const std::string& command);
  ::testing::AssertionResult perform(const Step& step);

  const kernel::TempDir dir_;
  std::string ns_;
};

}  // namespace kubus::e2e
