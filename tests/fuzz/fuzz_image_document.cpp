// The JSON documents of an image, names of images, and users as an image's files define them. The
// input of the last is a user, a newline and the text of both files.
#include "image_index.h"
#include "manifest.h"
#include "reference.h"
#include "target.h"
#include "users.h"

namespace kubus::fuzz {

using namespace runtime_oci;

void run(std::string_view input) {
  if (const auto manifest = parse_manifest(input); manifest.ok()) {
    (void)choose_platform(manifest->manifests);
    for (const auto& layer : manifest->layers)
      require(is_digest(layer.digest), "an unusable digest was taken");
  }
  (void)parse_docker_archive(input);
  (void)parse_image_config(input);
  if (const auto index = ImageIndex::from_json(input); index.ok())
    require(ImageIndex::from_json(index->to_json()).ok(), "an index of our own is not taken");
  if (const auto reference = Reference::parse(input); reference.ok()) {
    const std::string text = reference->to_string();
    const auto again = Reference::parse(text);
    require(again.ok() && again->to_string() == text, "a reference does not print itself");
  }
  const auto [user, files] = split_line(input);
  (void)resolve_user(std::string(user), {}, std::string(files), std::string(files));
}

std::vector<std::string> seeds() {
  const std::string digest = "sha256:" + std::string(64, 'a');
  return {
      R"({"schemaVersion":2,"mediaType":"m","config":{"digest":")" + digest +
          R"(","size":7},"layers":[{"mediaType":"l","digest":")" + digest + R"(","size":1}]})",
      R"({"manifests":[{"digest":")" + digest +
          R"(","platform":{"os":"linux","architecture":"amd64"},"annotations":{"a":"b"}}]})",
      R"([{"Config":"c.json","RepoTags":["a:1"],"Layers":["l/layer.tar"]}])",
      R"({"created":"2026-01-02T03:04:05Z","os":"linux","architecture":"amd64","config":{"User":)"
      R"("1:2","Env":["A=b"],"Cmd":["x"],"Labels":{"k":"v"},"Volumes":{"/d":{}}},"rootfs":)"
      R"({"diff_ids":[")" +
          digest + R"("]}})",
      R"({"next_layer":2,"layers":{")" + digest +
          R"(":{"number":1,"bytes":2,"entries":3}},"images":{")" + digest +
          R"(":{"tags":["a:1"],"digests":[],"layers":[],"blobs":[],"bytes":5}}})",
      "busybox",
      "registry.example.com:5000/a/b:tag@" + digest,
      "app:web\nroot:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:\nweb:x:33:app,root\n"};
}

}  // namespace kubus::fuzz
