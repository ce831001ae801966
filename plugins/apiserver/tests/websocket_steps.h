// What a client of the API does over WebSocket.
//
// Thread safety: one thread.
#pragma once

#include <gmock/gmock.h>

#include <boost/asio/completion_condition.hpp>
#include <memory>
#include <string>

#include "tls_client.h"
#include "websocket_frames.h"

namespace kubus::apiserver {

inline const testing::WebSocketMessage kClosed{testing::Opcode::kClose, "\x03\xe8"};

// `client`, which has asked for WebSocket.
inline std::unique_ptr<testing::TlsClient> upgrade(std::unique_ptr<testing::TlsClient> client,
                                                   const std::string& target,
                                                   const std::string& fields = "") {
  client->send("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + testing::kUpgrade +
               "\r\n");
  return client;
}

inline testing::WebSocketMessage next_message(testing::TlsClient& client) {
  for (;;) {
    if (auto message = testing::take_message(client.buffer)) return std::move(*message);
    boost::asio::read(*client.stream, boost::asio::dynamic_buffer(client.buffer),
                      boost::asio::transfer_at_least(1));
  }
}

// The next event of a watch in JSON, which is to be of this type.
inline std::string next_event(testing::TlsClient& client, const std::string& type) {
  const auto message = next_message(client);
  EXPECT_EQ(message.opcode, testing::Opcode::kText);
  EXPECT_THAT(message.payload, ::testing::StartsWith("{\"type\":\"" + type + "\",\"object\":{"));
  EXPECT_THAT(message.payload, ::testing::EndsWith("}}\n"));
  return message.payload;
}

inline void say_close(testing::TlsClient& client) {
  client.send(testing::client_frame("\x03\xe8", testing::Opcode::kClose));
}

}  // namespace kubus::apiserver
