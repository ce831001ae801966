// ThreadSanitizer cannot see the order that libzmq's queues establish, because libzmq is not
// instrumented. These two calls state it; without the sanitizer they are nothing.
#pragma once

#include <atomic>
#include <cstddef>  // _GLIBCXX_TSAN

namespace kubus::bus::handover {

#ifdef _GLIBCXX_TSAN
inline std::atomic<unsigned> mark{0};
inline void sent() { mark.fetch_add(1, std::memory_order_acq_rel); }
inline void received() { mark.fetch_add(1, std::memory_order_acq_rel); }
#else
inline void sent() {}
inline void received() {}
#endif

}  // namespace kubus::bus::handover
