// Headers that most files of plugins, SDK and tests include. Measured: a controller's translation
// unit compiles in 2.6 s with this precompiled and in 7.4 s without.
#pragma once

#include <google/protobuf/generated_message_reflection.h>
#include <google/protobuf/generated_message_util.h>
#include <google/protobuf/map_entry.h>
#include <google/protobuf/map_field_inl.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
