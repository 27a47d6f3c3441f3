/// SHA-256, fed piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace goodhart {

class Sha256 {
 public:
  Sha256();
  ~Sha256();

  /// Takes in `size` bytes as they stand.
  void add_bytes(const void* bytes, std::size_t size);
  /// Takes in a whole number as eight bytes, the lowest first.
  void add_number(std::uint64_t number);
  /// Takes in a text: its length in bytes as a number, then its bytes.
  void add_text(std::string_view text);

  /// The digest of all that was taken in, as 64 lower-case hexadecimal digits. Ends the computation.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace goodhart
