// Joins a client's channels with a session of the runtime until either of them ends.
//
// Thread safety: on the thread of the channels' executor.
#pragma once

#include <memory>

#include "remote_channels.h"

namespace kubus::kubelet {

// A session the runtime offers, or why it has none to offer.
struct SessionOffer {
  std::string socket;  // path
  std::string error;   // set: it is told to the client in place of a session
  // What comes before an error of the process: "error executing command in container: ".
  std::string on_error;
};

// Runs in the background on the channels' thread and lets go of them when it is over. Memory does
// not grow with what one side sends and the other does not take.
void run_session(std::unique_ptr<RemoteChannels> channels, SessionOffer offer);

}  // namespace kubus::kubelet
