#include "kubus/nft.h"

#include <nftables/libnftables.h>

namespace kubus {

void Nft::Free::operator()(nft_ctx* context) const { nft_ctx_free(context); }

Nft::Nft() : context_(nft_ctx_new(NFT_CTX_DEFAULT)) {
  if (!context_) return;
  nft_ctx_buffer_error(context_.get());
  nft_ctx_buffer_output(context_.get());
}

Status Nft::run(const std::string& text) {
  const std::lock_guard lock(mutex_);
  return run_locked(text);
}

Result<std::string> Nft::list(const std::string& command) {
  const std::lock_guard lock(mutex_);
  if (!context_) return Status(Code::kInternalError, "nftables: the library cannot start");
  const auto flags = nft_ctx_output_get_flags(context_.get());
  nft_ctx_output_set_flags(context_.get(), flags | NFT_CTX_OUTPUT_JSON);
  Status status = run_locked(command);
  nft_ctx_output_set_flags(context_.get(), flags);
  if (!status.ok()) return status;
  return std::string(nft_ctx_get_output_buffer(context_.get()));
}

Status Nft::run_locked(const std::string& text) {
  if (!context_) return Status(Code::kInternalError, "nftables: the library cannot start");
  if (nft_run_cmd_from_buffer(context_.get(), text.c_str()) == 0) return {};
  const std::string words = nft_ctx_get_error_buffer(context_.get());
  const bool absent = words.find("No such file or directory") != std::string::npos;
  return Status(absent ? Code::kNotFound : Code::kInternalError,
                "nftables: " + words.substr(0, words.find('\n')));
}

}  // namespace kubus
