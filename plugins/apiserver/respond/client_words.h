// How the client library of the reference words what went wrong with a request of its own: it ends
// up in messages where this server is the client.
//
// Thread safety: a pure function.
#pragma once

#include <string>
#include <string_view>

namespace kubus::apiserver {

// Of an answer that is no success.
std::string words_of_failure(int status, std::string_view body);

}  // namespace kubus::apiserver
