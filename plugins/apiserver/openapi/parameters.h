// What requests can say behind the question mark, as the documents tell it.
#pragma once

#include <string_view>

namespace kubus::apiserver {

struct Parameter {
  std::string_view name;
  std::string_view type;
  std::string_view description;
};

inline constexpr Parameter kPretty = {"pretty", "string", "Indent the answer."};
inline constexpr Parameter kList[] = {
    {"allowWatchBookmarks", "boolean", "Let the watch tell how far it has come."},
    {"continue", "string", "Where the last page of the list ended."},
    {"fieldSelector", "string", "Only objects whose fields have these values."},
    {"labelSelector", "string", "Only objects whose labels match."},
    {"limit", "integer", "The most objects in one answer."},
    {"resourceVersion", "string", "How recent the answer must be."},
    {"resourceVersionMatch", "string", "How resourceVersion is meant."},
    {"sendInitialEvents", "boolean", "Begin a watch with the objects that exist."},
    {"timeoutSeconds", "integer", "When a list or watch is ended."},
    {"watch", "boolean", "Tell about changes instead of listing."},
};
inline constexpr Parameter kWrite[] = {
    {"dryRun", "string", "Do everything but store the object: All."},
    {"fieldManager", "string", "Who makes the change."},
    {"fieldValidation", "string", "What to do about unknown fields: Ignore, Warn, Strict."},
};
inline constexpr Parameter kForce = {"force", "boolean", "Take fields away from other managers."};
inline constexpr Parameter kDelete[] = {
    {"dryRun", "string", "Do everything but delete the object: All."},
    {"gracePeriodSeconds", "integer", "Time for the object to end by itself."},
    {"ignoreStoreReadErrorWithClusterBreakingPotential", "boolean",
     "Delete an object that cannot be read any more."},
    {"orphanDependents", "boolean", "Leave the objects that this one owns."},
    {"propagationPolicy", "string", "What becomes of the objects that this one owns."},
};

}  // namespace kubus::apiserver
