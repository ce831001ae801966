#include "streaming/spdy_codec.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "streaming/spdy_bytes.h"

namespace kubus::kubelet::spdy {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

std::string number(std::uint32_t value) {
  std::string text;
  put32(text, value);
  return text;
}

std::string text_of(std::string_view text) {
  return number(static_cast<std::uint32_t>(text.size())).append(text);
}

// The peer's side of the compression, by zlib alone.
class Deflate {
 public:
  Deflate() {
    ::deflateInit(&zlib_, Z_DEFAULT_COMPRESSION);
    const auto words = dictionary();
    ::deflateSetDictionary(&zlib_, reinterpret_cast<const Bytef*>(words.data()),
                           static_cast<uInt>(words.size()));
  }
  ~Deflate() { ::deflateEnd(&zlib_); }

  std::string block(std::string plain) {
    std::string out(::deflateBound(&zlib_, plain.size()) + 16, '\0');
    zlib_.next_in = reinterpret_cast<Bytef*>(plain.data());
    zlib_.avail_in = static_cast<uInt>(plain.size());
    zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib_.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::deflate(&zlib_, Z_SYNC_FLUSH), Z_OK);
    out.resize(out.size() - zlib_.avail_out);
    return out;
  }

 private:
  z_stream zlib_{};
};

std::string syn_stream(const std::string& block, std::uint32_t stream = 1) {
  return bytes({0x80, 3, 0, 1}) + number(static_cast<std::uint32_t>(block.size() + 10)) +
         number(stream) + number(0) + bytes({0, 0}) + block;
}

std::vector<Frame> read_all(FrameReader& reader) {
  std::vector<Frame> frames;
  for (;;) {
    auto frame = reader.next();
    EXPECT_TRUE(frame.ok()) << frame.status().to_string();
    if (!frame.ok() || !frame->has_value()) return frames;
    frames.push_back(std::move(**frame));
  }
}

TEST(SpdyDictionary, IsTheProtocols) {
  const auto words = dictionary();
  EXPECT_EQ(words.size(), 1423U);
  EXPECT_EQ(::adler32(::adler32(0, nullptr, 0), reinterpret_cast<const Bytef*>(words.data()),
                      static_cast<uInt>(words.size())),
            0xe3c6a7c2U);
}

TEST(SpdyWriter, WritesTheBytesOfTheSpecification) {
  const struct {
    Frame frame;
    std::string expected;
  } cases[] = {
      {RstStream{5, 3}, bytes({0x80, 3, 0, 3, 0, 0, 0, 8, 0, 0, 0, 5, 0, 0, 0, 3})},
      {Ping{0x01020304}, bytes({0x80, 3, 0, 6, 0, 0, 0, 4, 1, 2, 3, 4})},
      {GoAway{7, 1}, bytes({0x80, 3, 0, 7, 0, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 1})},
      {WindowUpdate{9, 65536}, bytes({0x80, 3, 0, 9, 0, 0, 0, 8, 0, 0, 0, 9, 0, 1, 0, 0})},
      {Settings{true, {{1, 7, 4096}}},
       bytes({0x80, 3, 0, 4, 1, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, 7, 0, 0, 0x10, 0})},
      {Data{3, false, "abc"}, bytes({0, 0, 0, 3, 0, 0, 0, 3, 'a', 'b', 'c'})},
      {Data{3, true, ""}, bytes({0, 0, 0, 3, 1, 0, 0, 0})},
  };
  FrameWriter writer;
  for (const auto& c : cases) EXPECT_EQ(writer.encode(c.frame), c.expected);
}

TEST(SpdyWriter, BeginsItsHeadersWithTheDictionarysNumber) {
  FrameWriter writer;
  const auto reply = writer.encode(SynReply{1, false, http::Headers()});
  ASSERT_GT(reply.size(), 18U);
  EXPECT_EQ(reply.substr(0, 4), bytes({0x80, 3, 0, 2}));
  EXPECT_EQ(get32(std::string_view(reply).substr(4)), reply.size() - kFrameHead);
  EXPECT_EQ(reply.substr(8, 4), number(1));
  EXPECT_EQ(reply.substr(14, 4), bytes({0xe3, 0xc6, 0xa7, 0xc2}));
  // A sync flush ends with an empty stored block.
  EXPECT_EQ(reply.substr(reply.size() - 4), bytes({0, 0, 0xff, 0xff}));
}

TEST(SpdyReader, ReadsControlFrames) {
  const struct {
    std::string input;
    std::function<void(const Frame&)> check;
  } cases[] = {
      {bytes({0x80, 3, 0, 3, 0, 0, 0, 8, 0, 0, 0, 5, 0, 0, 0, 5}),
       [](const Frame& frame) {
         EXPECT_EQ(std::get<RstStream>(frame).stream, 5U);
         EXPECT_EQ(std::get<RstStream>(frame).status, 5U);
       }},
      {bytes({0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1}),
       [](const Frame& frame) { EXPECT_EQ(std::get<Ping>(frame).id, 1U); }},
      {bytes({0x80, 3, 0, 7, 0, 0, 0, 8, 0x80, 0, 0, 3, 0, 0, 0, 0}),
       [](const Frame& frame) { EXPECT_EQ(std::get<GoAway>(frame).last_stream, 3U); }},
      {bytes({0x80, 3, 0, 9, 0, 0, 0, 8, 0, 0, 0, 0, 0x80, 0, 0, 9}),
       [](const Frame& frame) { EXPECT_EQ(std::get<WindowUpdate>(frame).delta, 9U); }},
      {bytes({0x80, 3, 0, 4, 0, 0, 0, 20, 0, 0, 0, 2, 0, 0,
              0,    4, 0, 0, 0, 9, 2, 0,  0, 7, 0, 1, 0, 0}),
       [](const Frame& frame) {
         const auto& settings = std::get<Settings>(frame);
         EXPECT_FALSE(settings.clear);
         ASSERT_EQ(settings.entries.size(), 2U);
         EXPECT_EQ(settings.entries[0].id, 4U);
         EXPECT_EQ(settings.entries[1].flags, 2U);
         EXPECT_EQ(settings.entries[1].value, 65536U);
       }},
  };
  for (const auto& c : cases) {
    FrameReader reader;
    reader.feed(c.input);
    const auto frames = read_all(reader);
    ASSERT_EQ(frames.size(), 1U);
    c.check(frames[0]);
  }
}

TEST(SpdyReader, ReadsByteByByte) {
  Deflate peer;
  const std::string input = bytes({0x80, 3, 0, 99, 0, 0, 0, 2, 1, 2}) +  // a type nobody knows
                            syn_stream(peer.block(number(1) + text_of("port") + text_of("80"))) +
                            bytes({0, 0, 0, 1, 1, 0, 0, 3, 'x', 'y', 'z'});
  FrameReader reader;
  std::string data;
  int opened = 0, ends = 0;
  for (const char c : input) {
    reader.feed(std::string_view(&c, 1));
    for (const auto& frame : read_all(reader)) {
      if (const auto* syn = std::get_if<SynStream>(&frame)) {
        ++opened;
        EXPECT_EQ(syn->headers->get("port"), "80");
      }
      if (const auto* piece = std::get_if<Data>(&frame)) {
        EXPECT_EQ(piece->stream, 1U);
        data += piece->payload;
        ends += piece->fin ? 1 : 0;
        EXPECT_EQ(piece->fin, data == "xyz");
      }
    }
  }
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(data, "xyz");
  EXPECT_EQ(ends, 1);
}

TEST(SpdyReader, HeaderBlocksShareOneState) {
  Deflate peer;
  FrameReader reader;
  std::size_t sizes[2];
  for (std::uint32_t i = 0; i < 2; ++i) {
    const auto block = peer.block(number(2) + text_of("streamtype") + text_of("error") +
                                  text_of("x") + text_of(std::string("a\0b", 3)));
    sizes[i] = block.size();
    auto frame = syn_stream(block, 2 * i + 1);
    frame[4] = i == 1;  // FIN
    frame[16] = static_cast<char>(0xe0);
    reader.feed(frame);
    const auto frames = read_all(reader);
    ASSERT_EQ(frames.size(), 1U);
    const auto& syn = std::get<SynStream>(frames[0]);
    EXPECT_EQ(syn.stream, 2 * i + 1);
    EXPECT_EQ(syn.priority, 7);
    EXPECT_EQ(syn.fin, i == 1);
    ASSERT_TRUE(syn.headers);
    EXPECT_EQ(syn.headers->get("StreamType"), "error");
    ASSERT_EQ(syn.headers->fields().size(), 3U);
    EXPECT_EQ(syn.headers->fields()[2].second, "b");
  }
  EXPECT_LT(sizes[1], sizes[0] / 2);
}

TEST(SpdyReader, ABadHeaderBlockConcernsItsStreamAlone) {
  std::string many = number(kMaxHeaders + 1);
  for (std::size_t i = 0; i <= kMaxHeaders; ++i)
    many += text_of("h" + std::to_string(i)) + text_of("");
  const std::string blocks[] = {
      "",
      number(1),
      number(1) + text_of("a"),
      number(1) + number(5) + "abc" + text_of("b"),
      number(1) + number(0xffff'ffff) + "abc",
      number(1) + text_of("") + text_of("b"),
      number(1) + text_of("Port") + text_of("80"),
      number(2) + text_of("a") + text_of("1") + text_of("a") + text_of("2"),
      number(0) + "more",
      many,
  };
  for (const auto& block : blocks) {
    Deflate peer;
    FrameReader reader;
    reader.feed(syn_stream(peer.block(block)));
    auto frames = read_all(reader);
    ASSERT_EQ(frames.size(), 1U) << block;
    EXPECT_FALSE(std::get<SynStream>(frames[0]).headers) << block;
    reader.feed(syn_stream(peer.block(number(0)), 3));
    frames = read_all(reader);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_TRUE(std::get<SynStream>(frames[0]).headers);
  }
}

TEST(SpdyReader, RefusesWhatBreaksTheConnection) {
  Deflate peer;
  const auto bomb = peer.block(number(1) + text_of("a") + text_of(std::string(1 << 20, 'z')));
  ASSERT_LT(bomb.size(), kMaxControlFrame);
  const std::string inputs[] = {
      bytes({0x80, 2, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1}),  // version 2
      bytes({0x80, 3, 0, 6, 0, 0, 0, 3, 0, 0, 1}),     // short PING
      bytes({0x80, 3, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1}),  // short RST_STREAM
      bytes({0x80, 3, 0, 7, 0, 0, 0, 4, 0, 0, 0, 1}),  // short GOAWAY
      bytes({0x80, 3, 0, 9, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}),
      bytes({0x80, 3, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1}),  // SETTINGS without its entry
      bytes({0x80, 3, 0, 4, 0, 0, 0, 2, 0, 0}),
      bytes({0x80, 3, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1}),  // short SYN_STREAM
      bytes({0x80, 3, 0, 2, 0, 0, 0, 0}),              // short SYN_REPLY
      bytes({0x80, 3, 0, 6, 0, 1, 0, 1}),              // 65,537 bytes announced
      bytes({0, 0, 0, 0, 0, 0, 0, 1, 'x'}),            // data of stream 0
      syn_stream("not zlib at all"),
      syn_stream(bomb),
  };
  for (const auto& input : inputs) {
    FrameReader reader;
    reader.feed(input);
    EXPECT_EQ(reader.next().code(), Code::kBadRequest);
  }
}

TEST(SpdyReader, HandsOnALargeDataFrameInPieces) {
  FrameReader reader;
  reader.feed(bytes({0, 0, 0, 5, 1, 0xff, 0xff, 0xff}));
  EXPECT_TRUE(read_all(reader).empty());
  const std::string block(40'000, 'q');
  std::size_t left = 0xff'ffff;
  bool fin = false;
  while (left > 0) {
    const auto part = std::string_view(block).substr(0, left);
    reader.feed(part);
    for (const auto& frame : read_all(reader)) {
      const auto& data = std::get<Data>(frame);
      left -= data.payload.size();
      fin = data.fin;
      EXPECT_EQ(fin, left == 0);
    }
  }
  EXPECT_TRUE(fin);
}

TEST(SpdyCodec, ReadsWhatItWrites) {
  FrameWriter writer;
  FrameReader reader;
  http::Headers headers;
  headers.add("StreamType", "data");
  headers.add("X", "1");
  headers.add("x", "2");
  SynStream syn;
  syn.stream = 7;
  syn.associated = 5;
  syn.priority = 3;
  syn.unidirectional = true;
  syn.headers = headers;
  for (const Frame& frame :
       {Frame(syn), Frame(HeadersFrame{7, true, headers}), Frame(SynReply{7, true, headers})})
    reader.feed(writer.encode(frame));
  const auto frames = read_all(reader);
  ASSERT_EQ(frames.size(), 3U);
  const auto& read = std::get<SynStream>(frames[0]);
  EXPECT_EQ(read.associated, 5U);
  EXPECT_EQ(read.priority, 3);
  EXPECT_TRUE(read.unidirectional);
  EXPECT_FALSE(read.fin);
  for (const auto& block : {read.headers, std::get<HeadersFrame>(frames[1]).headers,
                            std::get<SynReply>(frames[2]).headers}) {
    ASSERT_TRUE(block);
    EXPECT_EQ(block->fields(), (std::vector<std::pair<std::string, std::string>>{
                                   {"streamtype", "data"}, {"x", "1"}, {"x", "2"}}));
  }
}

}  // namespace
}  // namespace kubus::kubelet::spdy
