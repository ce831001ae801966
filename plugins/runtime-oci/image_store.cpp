#include "image_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "digest.h"
#include "files.h"
#include "reference.h"

namespace kubus::runtime_oci {

ImageStore::ImageStore(std::string directory, LayerLimits limits)
    : directory_(std::move(directory)), limits_(limits) {}

Result<std::unique_ptr<ImageStore>> ImageStore::open(std::string directory, LayerLimits limits) {
  std::unique_ptr<ImageStore> self(new ImageStore(std::move(directory), limits));
  KUBUS_TRY(self->prepare());
  self->sweep();
  return self;
}

std::string ImageStore::blob_path(const std::string& digest) const {
  return directory_ + "/blobs/sha256/" + digest_hex(digest);
}

std::string ImageStore::layer_path(std::uint64_t number) const {
  return directory_ + "/layers/" + std::to_string(number);
}

Status ImageStore::prepare() {
  for (const char* name : {"/blobs/sha256", "/layers/0", "/used", "/ingest"})
    KUBUS_TRY(make_dirs(directory_ + name));
  // Containers of any user look through it.
  ::chmod(layer_path(0).c_str(), 0755);
  return read_index();
}

Status ImageStore::read_index() {
  const auto text = read_file(directory_ + "/index.json");
  if (text.ok()) {
    auto index = ImageIndex::from_json(*text);
    if (!index.ok())
      return index.status().annotate(directory_ +
                                     "/index.json (remove it to start without images)");
    index_ = std::move(*index);
  } else if (text.code() != Code::kNotFound) {
    return text.status();
  }
  for (auto it = index_.images.begin(); it != index_.images.end();) {
    const auto config = read_file(blob_path(it->first));
    auto parsed = config.ok() && sha256_of(*config) == it->first
                      ? parse_image_config(*config)
                      : Result<ImageConfig>(Code::kInvalid, "damaged");
    if (parsed.ok()) {
      it->second.config = std::move(*parsed);
      ++it;
    } else {
      it = index_.images.erase(it);  // pulled again when it is wanted
    }
  }
  return {};
}

void ImageStore::sweep() {
  std::set<std::string> layers{"0"};
  std::set<std::string> blobs;
  std::set<std::string> wanted;
  for (const auto& [id, image] : index_.images) {
    blobs.insert(digest_hex(id));
    for (const auto& blob : image.blobs) blobs.insert(digest_hex(blob));
    wanted.insert(image.layers.begin(), image.layers.end());
  }
  std::erase_if(index_.layers, [&](const auto& item) { return !wanted.contains(item.first); });
  for (const auto& [diff_id, layer] : index_.layers) layers.insert(std::to_string(layer.number));
  const auto clean = [](const std::string& directory, const std::set<std::string>& keep) {
    for (const auto& name : list_dir(directory))
      if (!keep.contains(name)) (void)remove_tree(directory + "/" + name).ok();
  };
  clean(directory_ + "/layers", layers);
  clean(directory_ + "/blobs/sha256", blobs);
  clean(directory_ + "/ingest", {});
}

Status ImageStore::save(const ImageIndex& index) const {
  // What the index names must be on disk before the index is.
  const UniqueFd fd(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::syncfs(fd.get()) < 0) return errno_status(directory_);
  return write_file(directory_ + "/index.json", index.to_json(), 0600, true);
}

Result<std::string> ImageStore::scratch() const {
  const auto path = directory_ + "/ingest/" + random_id().substr(0, 16);
  KUBUS_TRY(make_dirs(path));
  return path;
}

const StoredImage* ImageStore::lookup(const std::string& text) const {
  if (const auto found = index_.images.find(text); found != index_.images.end())
    return &found->second;
  if (const auto reference = Reference::parse(text); reference.ok()) {
    const auto name = reference->to_string();
    for (const auto& [id, image] : index_.images) {
      const auto& names = reference->digest.empty() ? image.tags : image.digests;
      if (std::find(names.begin(), names.end(), name) != names.end()) return &image;
    }
  }
  const std::string prefix = text.starts_with("sha256:") ? text : "sha256:" + text;
  if (prefix.size() < 13) return nullptr;
  const StoredImage* match = nullptr;
  for (const auto& [id, image] : index_.images) {
    if (!id.starts_with(prefix)) continue;
    if (match) return nullptr;
    match = &image;
  }
  return match;
}

std::int64_t ImageStore::last_used(const std::string& id) const {
  struct stat info {};
  if (::stat((directory_ + "/used/" + digest_hex(id)).c_str(), &info) < 0) return 0;
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

// The time is given: the kernel's own notion of "now" is too coarse to order two uses.
void ImageStore::mark_used(const std::string& id) const {
  const UniqueFd mark(::open((directory_ + "/used/" + digest_hex(id)).c_str(),
                             O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const timespec times[] = {now, now};
  if (mark) ::futimens(mark.get(), times);
}

runtime::Image ImageStore::describe(const StoredImage& image) const {
  runtime::Image result;
  result.set_id(image.id);
  for (const auto& tag : image.tags) result.add_repo_tags(tag);
  for (const auto& digest : image.digests) result.add_repo_digests(digest);
  result.set_size(image.bytes);
  const auto user = image.config.user.substr(0, image.config.user.find(':'));
  if (!user.empty() && user.find_first_not_of("0123456789") == std::string::npos)
    result.set_uid(std::strtoll(user.c_str(), nullptr, 10));
  else if (user.empty())
    result.set_uid(0);
  else
    result.set_user_name(user);
  result.set_created_at(image.config.created_ns);
  result.set_last_used_at(last_used(image.id));
  for (const auto& [key, value] : image.config.labels) (*result.mutable_labels())[key] = value;
  for (const auto& volume : image.config.volumes) result.add_volumes(volume);
  for (const auto& port : image.config.exposed_ports) result.add_exposed_ports(port);
  return result;
}

std::vector<runtime::Image> ImageStore::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<runtime::Image> result;
  for (const auto& [id, image] : index_.images) result.push_back(describe(image));
  return result;
}

Result<runtime::Image> ImageStore::find(const std::string& text) const {
  const std::lock_guard lock(mutex_);
  const auto* image = lookup(text);
  if (!image) return Status(Code::kNotFound, "image \"" + text + "\" is not here");
  return describe(*image);
}

Result<ImageStore::Lease> ImageStore::acquire(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto* image = lookup(text);
  if (!image) return Status(Code::kNotFound, "image \"" + text + "\" is not here");
  Lease lease{*image, {}};
  for (auto it = image->layers.rbegin(); it != image->layers.rend(); ++it)
    lease.lowers.push_back(layer_path(index_.layers.at(*it).number));
  if (lease.lowers.empty()) lease.lowers.push_back(layer_path(0));
  ++uses_[image->id];
  mark_used(image->id);
  return lease;
}

void ImageStore::release(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(id);
  if (found != uses_.end() && --found->second <= 0) uses_.erase(found);
}

std::vector<std::string> ImageStore::unused(std::int64_t before_ns) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::int64_t, std::string>> candidates;
  for (const auto& [id, image] : index_.images)
    if (const auto used = last_used(id); !uses_.contains(id) && used <= before_ns)
      candidates.emplace_back(used, id);
  std::sort(candidates.begin(), candidates.end());
  std::vector<std::string> result;
  for (auto& [used, id] : candidates) result.push_back(std::move(id));
  return result;
}

std::uint64_t ImageStore::bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  std::set<std::string> blobs;
  for (const auto& [diff_id, layer] : index_.layers) sum += layer.bytes;
  for (const auto& [id, image] : index_.images)
    blobs.insert(image.blobs.begin(), image.blobs.end());
  for (const auto& blob : blobs) {
    struct stat info {};
    if (::stat(blob_path(blob).c_str(), &info) == 0)
      sum += static_cast<std::uint64_t>(info.st_size);
  }
  return sum;
}

std::uint64_t ImageStore::entries() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& [diff_id, layer] : index_.layers) sum += layer.entries;
  return sum;
}

}  // namespace kubus::runtime_oci
