#include "image_index.h"

#include <boost/json.hpp>

namespace kubus::runtime_oci {
namespace {

namespace json = boost::json;

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

std::vector<std::string> strings_of(const json::value& value) {
  return json::value_to<std::vector<std::string>>(value);
}

}  // namespace

std::string ImageIndex::to_json() const {
  json::object layer_table;
  for (const auto& [diff_id, layer] : layers)
    layer_table[diff_id] = {
        {"number", layer.number}, {"bytes", layer.bytes}, {"entries", layer.entries}};
  json::array image_list;
  for (const auto& [id, image] : images)
    image_list.push_back({{"id", id},
                          {"tags", array_of(image.tags)},
                          {"digests", array_of(image.digests)},
                          {"layers", array_of(image.layers)},
                          {"blobs", array_of(image.blobs)},
                          {"bytes", image.bytes}});
  return json::serialize(json::object{{"version", 1},
                                      {"next_layer", next_layer},
                                      {"layers", std::move(layer_table)},
                                      {"images", std::move(image_list)}});
}

Result<ImageIndex> ImageIndex::from_json(std::string_view text) {
  try {
    const json::value value = json::parse({text.data(), text.size()});
    ImageIndex index;
    if (value.at("version").to_number<int>() != 1)
      return Status(Code::kInvalid, "written by a newer version");
    index.next_layer = value.at("next_layer").to_number<std::uint64_t>();
    for (const auto& member : value.at("layers").as_object()) {
      const auto& layer = member.value();
      index.layers[std::string(member.key())] = {layer.at("number").to_number<std::uint64_t>(),
                                                 layer.at("bytes").to_number<std::uint64_t>(),
                                                 layer.at("entries").to_number<std::uint64_t>()};
    }
    for (const auto& item : value.at("images").as_array()) {
      StoredImage image;
      image.id = item.at("id").as_string().c_str();
      image.tags = strings_of(item.at("tags"));
      image.digests = strings_of(item.at("digests"));
      image.layers = strings_of(item.at("layers"));
      image.blobs = strings_of(item.at("blobs"));
      image.bytes = item.at("bytes").to_number<std::uint64_t>();
      index.images[image.id] = std::move(image);
    }
    return index;
  } catch (const std::exception& error) {
    return Status(Code::kInvalid, error.what());
  }
}

}  // namespace kubus::runtime_oci
