// The figures of the API, each a function that makes its load, prints what it measured and leaves
// objects only in the namespace it was given.
//
// Thread safety: each runs on one io_context of its own thread.
#pragma once

#include <string>

#include "api/access.h"

namespace kubus::bench {

struct Load {
  Access access;
  std::string ns;       // made and removed by the program
  std::size_t clients;  // connections at once
  std::size_t count;    // requests in all
};

// Durable creates of ConfigMaps of 1 kB.
void bench_creates(const Load& load);
// Creates of pods that nobody schedules: in a namespace without quotas, then with one.
void bench_pods(const Load& load);
// Reads of one ConfigMap: by one client, by many as fast as they can, and by many that each pause
// between two reads, which shows the latency of a server that is not overloaded.
void bench_gets(const Load& load);
// LIST of `count` unscheduled pods as JSON, compressed JSON and protobuf.
void bench_lists(const Load& load);
// From the start of a create to its event at a watching client.
void bench_watch(const Load& load);
// The same with `clients` watchers of one resource, over all of them.
void bench_watchers(const Load& load);

void make_namespace(const Load& load);
// Begins its deletion, which empties it; waits until it is gone, at most two minutes.
void remove_namespace(const Load& load);

}  // namespace kubus::bench
