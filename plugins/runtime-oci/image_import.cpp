#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "digest.h"
#include "files.h"
#include "image_store.h"
#include "layer.h"
#include "reference.h"

namespace kubus::runtime_oci {
namespace {

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

// Removes a directory when it goes out of scope.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  ~Scratch() {
    if (!path_.empty()) (void)remove_tree(path_).ok();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Takes the layers out of `index` that only `gone` had, and names them.
std::vector<std::string> drop_unused_layers(ImageIndex& index, const StoredImage& gone) {
  std::set<std::string> kept;
  for (const auto& [id, image] : index.images)
    kept.insert(image.layers.begin(), image.layers.end());
  std::vector<std::string> dropped;
  for (const auto& diff_id : gone.layers)
    if (!kept.contains(diff_id) && index.layers.erase(diff_id) > 0) dropped.push_back(diff_id);
  return dropped;
}

Result<std::vector<std::string>> normalised(const std::vector<std::string>& names) {
  std::vector<std::string> result;
  for (const auto& name : names) {
    auto reference = Reference::parse(name);
    if (!reference.ok()) return reference.status();
    if (!reference->tag.empty()) result.push_back(reference->tagged());
  }
  return result;
}

}  // namespace

Result<std::vector<runtime::Image>> ImageStore::load(const std::string& file,
                                                     const std::string& name) {
  const auto wanted = normalised(name.empty() ? std::vector<std::string>() : std::vector{name});
  if (!wanted.ok()) return wanted.status();
  const auto directory = scratch();
  if (!directory.ok()) return directory.status();
  const Scratch owner(*directory);
  const auto archive = ImageArchive::from_file(file, *directory, limits_.bytes);
  if (!archive.ok()) return archive.status().annotate(file);
  const auto offers = archive->images();
  if (!offers.ok()) return offers.status().annotate(file);
  if (!name.empty() && offers->size() > 1)
    return Status(Code::kInvalid, file + " holds several images: load it without a name");
  const std::lock_guard change(change_);
  std::vector<runtime::Image> result;
  for (const auto& offer : *offers) {
    const auto names = name.empty() ? normalised(offer.names) : wanted;
    if (!names.ok()) return names.status();
    auto addition = unpack(offer);
    if (!addition.ok()) return addition.status().annotate(file);
    auto image = commit(std::move(*addition), *names, "");
    if (!image.ok()) return image.status();
    result.push_back(std::move(*image));
  }
  return result;
}

Result<runtime::Image> ImageStore::import(const std::string& layout, const std::string& name,
                                          const std::string& repo_digest) {
  const auto offers = ImageArchive::from_layout(layout, blobs_directory()).images();
  if (!offers.ok()) return offers.status();
  const std::lock_guard change(change_);
  auto addition = unpack(offers->front());
  if (!addition.ok()) return addition.status();
  // The files skopeo fetched stay, so that a later pull takes what it has in common.
  for (const auto& layer : offers->front().layers) add_once(addition->image.blobs, layer.digest);
  return commit(std::move(*addition), name.empty() ? std::vector<std::string>() : std::vector{name},
                repo_digest);
}

Status ImageStore::keep_blob(const std::string& text, StoredImage& image) const {
  const auto digest = sha256_of(text);
  add_once(image.blobs, digest);
  if (exists(blob_path(digest))) return {};
  return write_file(blob_path(digest), text, 0600, false);
}

Result<StoredLayer> ImageStore::unpack_one(const OfferedLayer& layer, const std::string& diff_id) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = index_.next_layer++;
  }
  const auto path = layer_path(number);
  KUBUS_TRY(remove_tree(path));
  KUBUS_TRY(make_dirs(path, 0755));
  ::chmod(path.c_str(), 0755);
  const auto unpacked = unpack_layer(layer.file, path, limits_);
  Status status = unpacked.status();
  if (unpacked.ok() && !layer.digest.empty() && unpacked->blob_digest != layer.digest)
    status = Status(Code::kInvalid,
                    "layer " + layer.digest + " is damaged: it is " + unpacked->blob_digest);
  if (unpacked.ok() && unpacked->diff_id != diff_id)
    status = Status(Code::kInvalid, "layer does not match the image's diff_id " + diff_id);
  if (!status.ok()) {
    (void)remove_tree(path).ok();
    return status;
  }
  return StoredLayer{number, unpacked->bytes, unpacked->entries};
}

Result<ImageStore::Addition> ImageStore::unpack(const OfferedImage& offer) {
  Addition addition;
  addition.image.id = sha256_of(offer.config);
  auto config = parse_image_config(offer.config);
  if (!config.ok()) return config.status();
  addition.image.config = std::move(*config);
  const auto& diff_ids = addition.image.config.diff_ids;
  if (diff_ids.size() != offer.layers.size())
    return Status(Code::kInvalid, "the image's configuration and manifest differ in their layers");
  KUBUS_TRY(keep_blob(offer.config, addition.image));
  if (!offer.manifest.empty()) KUBUS_TRY(keep_blob(offer.manifest, addition.image));
  addition.image.bytes = offer.config.size();
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    StoredLayer layer;
    bool known = addition.new_layers.contains(diff_ids[i]);
    if (known) layer = addition.new_layers[diff_ids[i]];
    if (!known) {
      const std::lock_guard lock(mutex_);
      const auto found = index_.layers.find(diff_ids[i]);
      known = found != index_.layers.end();
      if (known) layer = found->second;
    }
    if (!known) {
      auto unpacked = unpack_one(offer.layers[i], diff_ids[i]);
      if (!unpacked.ok()) {
        for (const auto& [diff_id, made] : addition.new_layers)
          (void)remove_tree(layer_path(made.number)).ok();
        return unpacked.status();
      }
      layer = *unpacked;
      addition.new_layers[diff_ids[i]] = layer;
    }
    addition.image.layers.push_back(diff_ids[i]);
    addition.image.bytes += layer.bytes;
  }
  return addition;
}

Result<runtime::Image> ImageStore::commit(Addition addition, const std::vector<std::string>& names,
                                          const std::string& repo_digest) {
  ImageIndex next;
  {
    const std::lock_guard lock(mutex_);
    next = index_;
  }
  const auto id = addition.image.id;
  for (auto& [other, image] : next.images)
    for (const auto& name : names) std::erase(image.tags, name);
  if (const auto known = next.images.find(id); known != next.images.end()) {
    addition.image.tags = known->second.tags;
    addition.image.digests = known->second.digests;
    for (const auto& blob : known->second.blobs) add_once(addition.image.blobs, blob);
  }
  for (const auto& name : names) add_once(addition.image.tags, name);
  if (!repo_digest.empty()) add_once(addition.image.digests, repo_digest);
  next.layers.insert(addition.new_layers.begin(), addition.new_layers.end());
  next.images[id] = std::move(addition.image);
  if (const auto saved = save(next); !saved.ok()) {
    for (const auto& [diff_id, layer] : addition.new_layers)
      (void)remove_tree(layer_path(layer.number)).ok();
    return saved;
  }
  const std::lock_guard lock(mutex_);
  index_ = std::move(next);
  mark_used(id);
  return describe(index_.images.at(id));
}

Result<ImageStore::Removed> ImageStore::remove(const std::string& text) {
  const std::lock_guard change(change_);
  std::unique_lock lock(mutex_);
  const auto* found = lookup(text);
  if (!found) return Status(Code::kNotFound, "image \"" + text + "\" is not here");
  const StoredImage target = *found;
  ImageIndex next = index_;
  const auto reference = Reference::parse(text);
  const bool by_tag =
      reference.ok() && reference->digest.empty() &&
      std::find(target.tags.begin(), target.tags.end(), reference->tagged()) != target.tags.end();
  Removed removed{!by_tag || target.tags.size() == 1, target.id, 0};
  if (!removed.image) {
    std::erase(next.images[target.id].tags, reference->tagged());
    KUBUS_TRY(write_file(directory_ + "/index.json", next.to_json(), 0600, true));
    index_ = std::move(next);
    return removed;
  }
  if (uses_.contains(target.id))
    return Status(Code::kConflict, "image \"" + text + "\" is used by a container");
  next.images.erase(target.id);
  std::vector<std::string> garbage;
  for (const auto& diff_id : drop_unused_layers(next, target)) {
    const auto& layer = index_.layers.at(diff_id);
    removed.bytes += layer.bytes;
    garbage.push_back(layer_path(layer.number));
  }
  // Under the lock to its end: nobody may take the image into use meanwhile.
  KUBUS_TRY(write_file(directory_ + "/index.json", next.to_json(), 0600, true));
  index_ = std::move(next);
  lock.unlock();
  for (const auto& path : garbage) (void)remove_tree(path).ok();
  collect(target);
  return removed;
}

void ImageStore::collect(const StoredImage& gone) {
  std::set<std::string> kept;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, image] : index_.images)
      kept.insert(image.blobs.begin(), image.blobs.end());
  }
  for (const auto& blob : gone.blobs)
    if (!kept.contains(blob)) ::unlink(blob_path(blob).c_str());
  ::unlink((directory_ + "/used/" + digest_hex(gone.id)).c_str());
}

}  // namespace kubus::runtime_oci
