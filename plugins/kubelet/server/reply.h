// Answers of the kubelet's server.
//
// Thread safety: pure functions.
#pragma once

#include <string>

#include "kubus/http/message.h"
#include "kubus/status.h"

namespace kubus::kubelet {

http::Response text_reply(int status, std::string body);
http::Response json_reply(std::string body);
// The error's message as text, under the status code of its reason.
http::Response error_reply(const Status& error);
// What is answered for paths that lead nowhere.
http::Response not_found_reply();

}  // namespace kubus::kubelet
