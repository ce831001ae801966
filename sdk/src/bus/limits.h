// The bounds of the bus (kernel/PROTOCOL.md lists them).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kubus::bus {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxHeader = std::size_t{64} << 10;
inline constexpr std::size_t kMaxBody = std::size_t{256} << 20;
// Smaller bodies are cheaper to copy than to share.
inline constexpr std::size_t kShareOnSend = 2048;
// libzmq's receive buffer is 8 KiB: what is smaller would keep all of it alive.
inline constexpr std::size_t kShareOnReceive = 4096;
// Messages that may wait in one socket. Credit and kMaxOutstanding keep traffic below it.
inline constexpr int kHighWater = 1 << 18;
// Calls, streams and subscriptions one instance may have open.
inline constexpr std::size_t kMaxOutstanding = std::size_t{1} << 16;
// Calls and streams of others one instance may have unanswered.
inline constexpr std::size_t kMaxServing = std::size_t{1} << 17;
// How far a writer that ignores writable() may get ahead, in windows.
inline constexpr std::size_t kMaxWindows = 16;
// Events on the way to one subscribing process, and from there to one subscriber.
inline constexpr std::uint32_t kEventWindow = 1024;
inline constexpr std::size_t kEventQueue = 4096;
// Topics whose numbering a publisher remembers.
inline constexpr std::size_t kMaxTopics = std::size_t{1} << 16;
// Topics it announces one by one; with more it announces "any".
inline constexpr std::size_t kMaxAnnounced = 64;
// How often a call is sent again after a refusal.
inline constexpr int kMaxAttempts = 16;
// Messages handled in one go before timers and tasks have their turn.
inline constexpr int kBatch = 256;

// After a connection broke, the time within which the directory says why.
inline constexpr std::chrono::milliseconds kLimbo{2000};
// Between attempts to send to a provider that cannot take a message.
inline constexpr std::chrono::milliseconds kRetryPeriod{10};
inline constexpr std::chrono::milliseconds kLinger{1000};
inline constexpr std::chrono::seconds kPingPeriod{5};

}  // namespace kubus::bus
