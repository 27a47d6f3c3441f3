/// SHA-256 as OpenSSL computes it.
#include "sha256.hpp"

#include <openssl/evp.h>

#include <array>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

void require(int success) {
  if (success != 1) throw MachineError("OpenSSL cannot compute a SHA-256 digest");
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr ? EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) : 0);
}

Sha256::~Sha256() = default;

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

void Sha256::add_bytes(const void* bytes, std::size_t size) {
  require(EVP_DigestUpdate(context_.get(), bytes, size));
}

void Sha256::add_number(std::uint64_t number) {
  std::array<unsigned char, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(number >> (8 * i));
  add_bytes(bytes.data(), bytes.size());
}

void Sha256::add_text(std::string_view text) {
  add_number(text.size());
  add_bytes(text.data(), text.size());
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 15U];
  }
  return text;
}

}  // namespace goodhart
