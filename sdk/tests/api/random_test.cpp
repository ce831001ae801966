// Every message of the API types, filled at random, through JSON and protobuf and back.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"
#include "kubus/api/schema.h"

namespace kubus {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

class Filler {
 public:
  explicit Filler(unsigned seed) : random_(seed) {}

  void fill(Message& m, int depth) {
    const MessageInfo& info = message_info(m);
    switch (info.form) {
      case JsonForm::kObject:
        break;
      case JsonForm::kTime:
        return set_int(m, 0, 1 + number(4'000'000'000));
      case JsonForm::kMicroTime:
        set_int(m, 0, 1 + number(4'000'000'000));
        return set_int(m, 1, number(1'000'000) * 1000);
      case JsonForm::kDuration:
        return set_int(m, 0, number(1LL << 62));
      case JsonForm::kQuantity:
        return set_text(m, 0, std::to_string(number(500)) + "Mi");
      case JsonForm::kIntOrString:
        if (number(2) == 0) return set_int(m, 1, number(65536));
        set_int(m, 0, 1);
        return set_text(m, 2, "25%");
      case JsonForm::kRawJson:
      case JsonForm::kRawObject:
        return set_text(m, 0, R"({"a":[1,"x",null]})");
      case JsonForm::kStringList:
        return fill_field(m, info.fields[0], depth);
      case JsonForm::kSchemaOrArray:
      case JsonForm::kSchemaOrStrings:
        return fill_field(m, info.fields[1], depth);
      case JsonForm::kSchemaOrBool:
        return set_bool(m, 0, true);
    }
    if (depth <= 0 || budget_ <= 0) return;
    for (const FieldInfo& field : info.fields) {
      if (number(3) > 0 && --budget_ > 0) fill_field(m, field, depth);
    }
  }

 private:
  long long number(long long below) {
    return std::uniform_int_distribution<long long>(0, below - 1)(random_);
  }

  std::string text() {
    static const std::string kTexts[] = {
        "a",        "nginx:1.27",   "<&>",
        "\n\t\x01", "\u00e9\u2028", "app.kubernetes.io/a-rather-long-name",
        "\"\\/"};
    return kTexts[number(std::size(kTexts))];
  }

  static const FieldDescriptor* field_at(const Message& m, int index) {
    return m.GetDescriptor()->field(index);
  }
  static void set_text(Message& m, int index, const std::string& value) {
    m.GetReflection()->SetString(&m, field_at(m, index), value);
  }
  static void set_bool(Message& m, int index, bool value) {
    m.GetReflection()->SetBool(&m, field_at(m, index), value);
  }
  static void set_int(Message& m, int index, long long value) {
    const FieldDescriptor* field = field_at(m, index);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      m.GetReflection()->SetInt32(&m, field, static_cast<int>(value));
    } else {
      m.GetReflection()->SetInt64(&m, field, value);
    }
  }

  void fill_field(Message& m, const FieldInfo& info, int depth) {
    const auto* field = info.field;
    const auto& reflection = *m.GetReflection();
    if (info.shape == FieldShape::kMap) return fill_map(m, info, depth);
    if (info.shape == FieldShape::kSingle) {
      switch (info.type) {
        case FieldType::kString:
          return reflection.SetString(&m, field, text());
        case FieldType::kBytes:
          return reflection.SetString(&m, field, std::string("\0\x7f\xff", 3));
        case FieldType::kBool:
          return reflection.SetBool(&m, field, number(2) == 0);
        case FieldType::kInt32:
          return reflection.SetInt32(&m, field, static_cast<int>(number(3)));
        case FieldType::kInt64:
          return reflection.SetInt64(&m, field, number(1LL << 62));
        case FieldType::kDouble:
          return reflection.SetDouble(&m, field, number(100) / 4.0);
        case FieldType::kMessage:
          return fill(*reflection.MutableMessage(&m, field), depth - 1);
      }
    }
    for (long long i = number(3); i >= 0; --i) {
      switch (info.type) {
        case FieldType::kString:
        case FieldType::kBytes:
          reflection.AddString(&m, field, text());
          break;
        case FieldType::kBool:
          reflection.AddBool(&m, field, number(2) == 0);
          break;
        case FieldType::kInt32:
          reflection.AddInt32(&m, field, static_cast<int>(number(9)));
          break;
        case FieldType::kInt64:
          reflection.AddInt64(&m, field, number(1LL << 62));
          break;
        case FieldType::kDouble:
          reflection.AddDouble(&m, field, number(100) / 4.0);
          break;
        case FieldType::kMessage:
          fill(*reflection.AddMessage(&m, field), depth - 1);
          break;
      }
    }
  }

  // As entries, which is how public reflection shows a map; one, so that keys are distinct.
  void fill_map(Message& m, const FieldInfo& info, int depth) {
    Message& entry = *m.GetReflection()->AddMessage(&m, info.field);
    const auto* value = info.field->message_type()->map_value();
    entry.GetReflection()->SetString(&entry, info.field->message_type()->map_key(), text());
    if (info.type == FieldType::kMessage) {
      fill(*entry.GetReflection()->MutableMessage(&entry, value), depth - 1);
    } else {
      entry.GetReflection()->SetString(&entry, value, text());
    }
  }

  std::mt19937 random_;
  int budget_ = 300;  // fields still to fill, since some types hold themselves
};

TEST(Random, EveryMessageSurvivesJsonAndProtobuf) {
  unsigned seed = 1;
  for (const auto* type : all_messages()) {
    SCOPED_TRACE(type->full_name());
    for (int round = 0; round < 3; ++round) {
      auto message = new_message(*type);
      Filler(seed++).fill(*message, 6);
      const std::string json = to_json(*message);
      auto decoded = new_message(*type);
      DecodeOptions strict;
      strict.strict = true;
      Status status = from_json(json, *decoded, strict);
      ASSERT_TRUE(status.ok()) << status.to_string() << "\n" << json;
      EXPECT_EQ(to_json(*decoded), json);
      auto parsed = new_message(*type);
      ASSERT_TRUE(from_protobuf(to_protobuf(*message), *parsed).ok());
      EXPECT_EQ(to_json(*parsed), json);
    }
  }
}

TEST(Random, DamagedJsonNeverHarms) {
  std::mt19937 random(7);
  const auto* type = find_message("v1", "Pod");
  auto message = new_message(*type);
  Filler(3).fill(*message, 5);
  const std::string json = to_json(*message);
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = json.substr(0, 400 + random() % 2000);
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    auto target = new_message(*type);
    Status status = from_json(damaged, *target);
    if (status.ok()) to_json(*target);
  }
}

TEST(Random, DamagedProtobufNeverHarms) {
  google::protobuf::LogSilencer silence;
  std::mt19937 random(8);
  const auto* type = find_message("v1", "Pod");
  auto message = new_message(*type);
  Filler(3).fill(*message, 5);
  ASSERT_GT(message->ByteSizeLong(), 400u);
  for (int round = 0; round < 2000; ++round) {
    // Past the envelope, so that most of it is still taken.
    std::string damaged = message->SerializeAsString();
    for (int i = 0; i < 2; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    std::string envelope;
    append_envelope("v1", "Pod", damaged, envelope);
    auto target = new_message(*type);
    Status status = from_protobuf(envelope, *target);
    if (status.ok()) to_json(*target);
  }
}

}  // namespace
}  // namespace kubus
