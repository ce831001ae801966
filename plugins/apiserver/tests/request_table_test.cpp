// What the reference answers to requests of every kind, over HTTPS: the rows are in requests/.
#include "tests/request_table.h"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "eventually.h"
#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

constexpr std::size_t kFewestRows = 400;

const std::filesystem::path kTables = KUBUS_REQUEST_TABLES;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> table_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kTables))
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class RequestTableTest : public HttpsTest, public ::testing::WithParamInterface<std::string> {
 protected:
  static std::string media_type(const RequestRow& row) {
    return row.method == "PATCH" ? kMerge : "application/json";
  }

  std::string answer_to(RequestRow row) const {
    if (row.method != "AWAIT") return sent(row);
    row.method = "GET";
    std::string answer;
    kubus::testing::eventually([&] {
      answer = sent(row);
      return status(answer) == row.code;
    });
    return answer;
  }

  std::string sent(const RequestRow& row) const {
    auto client = connect();
    std::string head = row.method + " " + row.path + " HTTP/1.1\r\nHost: x\r\n";
    head += "Connection: close\r\n";
    bool typed = false;
    for (const auto& header : row.headers) {
      typed |= header.starts_with("Content-Type:");
      head += header + "\r\n";
    }
    if (!row.body.empty() && !typed) head += "Content-Type: " + media_type(row) + "\r\n";
    if (!row.body.empty() || row.method == "POST" || row.method == "PUT")
      head += "Content-Length: " + std::to_string(row.body.size()) + "\r\n";
    client->send(head + "\r\n" + row.body);
    return client->rest();
  }

  static std::vector<std::string> causes_of(const std::string& body) {
    std::vector<std::string> causes;
    for (int i = 0;; ++i) {
      const auto at = "details.causes." + std::to_string(i) + ".";
      const auto message = value_at(body, at + "message");
      if (message.empty()) return causes;
      const auto reason = value_at(body, at + "reason");
      causes.push_back(reason + " " + value_at(body, at + "field") + ": " + message);
    }
  }

  // "items.0.name": numbers are positions in lists.
  static std::string value_at(const std::string& body, std::string_view path) {
    boost::system::error_code error;
    auto tree = boost::json::parse(body, error);
    const boost::json::value* value = &tree;
    while (!path.empty() && value != nullptr) {
      const auto dot = path.find('.');
      const auto step = path.substr(0, dot);
      path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
      if (const auto* list = value->if_array()) {
        const auto index = std::stoul(std::string(step));
        value = index < list->size() ? &(*list)[index] : nullptr;
      } else if (const auto* object = value->if_object()) {
        value = object->if_contains(boost::json::string_view(step.data(), step.size()));
      } else {
        value = nullptr;
      }
    }
    if (value == nullptr || value->is_null()) return {};
    if (const auto* text = value->if_string()) return {text->data(), text->size()};
    return boost::json::serialize(*value);
  }

  bool all_established(const std::string& definitions) const {
    const auto body = body_of(exchange("GET", definitions));
    const auto count = [&](std::string_view text) {
      std::size_t found = 0;
      for (auto at = body.find(text); at != body.npos; at = body.find(text, at + 1)) ++found;
      return found;
    };
    return count("InitialNamesAccepted") == count("\"uid\"");
  }

  static void check(const RequestRow& row, const std::string& answer) {
    const auto body = body_of(answer);
    EXPECT_EQ(status(answer), row.code) << body;
    if (status(answer) != row.code) return;
    if (!row.reason.empty()) {
      EXPECT_EQ(value_at(body, "kind"), "Status");
      EXPECT_EQ(value_at(body, "status"), "Failure");
      EXPECT_EQ(value_at(body, "code"), std::to_string(row.code));
      EXPECT_EQ(value_at(body, "reason"), row.reason);
      EXPECT_EQ(value_at(body, "message"), row.message);
    }
    if ((row.code == 422 && !row.reason.empty()) || !row.causes.empty()) {
      EXPECT_EQ(causes_of(body), row.causes);
    }
    for (const auto& [path, value] : row.values) EXPECT_EQ(value_at(body, path), value) << path;
    for (const auto& part : row.parts)
      EXPECT_NE(body.find(part), body.npos) << part << "\n" << body;
    const auto head = answer.substr(0, answer.find("\r\n\r\n"));
    for (const auto& part : row.head_parts) EXPECT_NE(head.find(part), head.npos) << head;
  }
};

TEST_P(RequestTableTest, AnswersAsTheReferenceDoes) {
  const auto table = read_requests(text_of(kTables / (GetParam() + ".txt")));
  EXPECT_EQ(table.mistakes, std::vector<std::string>());
  for (const RequestRow& row : table.rows) {
    SCOPED_TRACE(GetParam() + ".txt:" + std::to_string(row.line) + ": " + row.method + " " +
                 row.path);
    check(row, answer_to(row));
    if (row.method == "POST" && row.code == 201 && row.path.ends_with("/customresourcedefinitions"))
      EXPECT_TRUE(kubus::testing::eventually([&] { return all_established(row.path); }));
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, RequestTableTest, ::testing::ValuesIn(table_names()),
                         [](const auto& info) { return info.param; });

TEST(RequestTables, AreManyRows) {
  std::size_t rows = 0;
  for (const auto& name : table_names())
    rows += read_requests(text_of(kTables / (name + ".txt"))).rows.size();
  EXPECT_GE(rows, kFewestRows);
}

}  // namespace
}  // namespace kubus::apiserver
