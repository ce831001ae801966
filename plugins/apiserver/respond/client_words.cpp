#include "respond/client_words.h"

namespace kubus::apiserver {

std::string words_of_failure(int status, std::string_view body) {
  switch (status) {
    case 400:
      return "the server rejected our request for an unknown reason";
    case 401:
      return "the server has asked for the client to provide credentials";
    case 403:
      return body.empty() ? "forbidden" : std::string(body);
    case 404:
      return "the server could not find the requested resource";
    case 405:
      return "the server does not allow this method on the requested resource";
    case 409:
      return "the server reported a conflict";
    case 422:
      return "the server rejected our request due to an error in our request";
    case 429:
      return "the server has received too many requests and has asked us to try again later";
    case 503:
      return "the server is currently unable to handle the request";
    case 504:
      return "the server was unable to return a response in the time allotted, but may still be "
             "processing the request";
    default:
      if (status < 500)
        return "the server responded with the status code " + std::to_string(status) +
               " but did not return more information";
      return "an error on the server (\"" + std::string(body.substr(0, 1024)) +
             "\") has prevented the request from succeeding";
  }
}

}  // namespace kubus::apiserver
