// Build tool: takes the comments of messages and fields out of a descriptor set and writes them as
// a table sorted by name, in a form that needs no relocation when the library is loaded.
#include <google/protobuf/descriptor.pb.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

namespace {

using google::protobuf::FileDescriptorProto;

std::string one_line(const std::string& comment) {
  std::string out;
  for (char c : comment) {
    if (c == '\n') c = ' ';
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void collect(const FileDescriptorProto& file, std::map<std::string, std::string>& docs) {
  constexpr int kMessage = FileDescriptorProto::kMessageTypeFieldNumber;
  constexpr int kField = google::protobuf::DescriptorProto::kFieldFieldNumber;
  for (const auto& location : file.source_code_info().location()) {
    const auto& path = location.path();
    if (location.leading_comments().empty() || path.size() < 2 || path[0] != kMessage) continue;
    const auto& message = file.message_type(path[1]);
    std::string name = file.package() + "." + message.name();
    if (path.size() == 4 && path[2] == kField) {
      name += "." + message.field(path[3]).name();
    } else if (path.size() != 2) {
      continue;
    }
    docs[name] = one_line(location.leading_comments());
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: kubus_proto_docs DESCRIPTOR_SET OUTPUT\n";
    return 2;
  }
  google::protobuf::FileDescriptorSet set;
  std::ifstream in(argv[1], std::ios::binary);
  if (!set.ParseFromIstream(&in)) {
    std::cerr << "kubus_proto_docs: cannot read " << argv[1] << "\n";
    return 1;
  }
  std::map<std::string, std::string> docs;
  for (const auto& file : set.file()) collect(file, docs);

  std::ofstream out(argv[2]);
  std::string index;
  std::size_t offset = 0;
  out << "constexpr char kDocText[] =\n";
  for (const auto& [name, text] : docs) {
    out << quoted(name) << quoted(text) << "\n";
    index += "{" + std::to_string(offset) + "," + std::to_string(name.size()) + "," +
             std::to_string(text.size()) + "},\n";
    offset += name.size() + text.size();
  }
  out << ";\nconstexpr DocEntry kDocIndex[] = {\n" << index << "};\n";
  return out.flush() ? 0 : 1;
}
