/// The keys of named draws.
#include "goodhart/core/random.hpp"

#include <algorithm>
#include <bit>

#include "goodhart/core/lanes.hpp"

namespace goodhart {

namespace {

constexpr std::size_t kGroup = 32;    // blocks that are made side by side
constexpr std::size_t kAtOnce = 256;  // uniforms between two calls of a kernel

/// Philox of counters {first + i, step, replicate, index} under a key, for i in [0, groups * kGroup): word w of block i
/// goes to out[w][i].
GOODHART_WIDE void philox_blocks(std::uint32_t first, const std::array<std::uint32_t, 3>& rest,
                                 const std::array<std::uint32_t, 2>& key, std::size_t groups,
                                 std::uint32_t* __restrict out0, std::uint32_t* __restrict out1,
                                 std::uint32_t* __restrict out2, std::uint32_t* __restrict out3) {
  for (std::size_t i = 0; i < groups * kGroup; i += kGroup) {
    std::uint64_t c0[kGroup], c1[kGroup], c2[kGroup], c3[kGroup];
    for (std::size_t l = 0; l < kGroup; ++l) {
      c0[l] = first + static_cast<std::uint32_t>(i + l);
      c1[l] = rest[0];
      c2[l] = rest[1];
      c3[l] = rest[2];
    }
    std::uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; ++round) {
      for (std::size_t l = 0; l < kGroup; ++l) {
        const std::uint64_t a = std::uint64_t{0xD2511F53u} * static_cast<std::uint32_t>(c0[l]);
        const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * static_cast<std::uint32_t>(c2[l]);
        c0[l] = (b >> 32) ^ c1[l] ^ k0;
        c1[l] = static_cast<std::uint32_t>(b);
        c2[l] = (a >> 32) ^ c3[l] ^ k1;
        c3[l] = static_cast<std::uint32_t>(a);
      }
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    for (std::size_t l = 0; l < kGroup; ++l) {
      out0[i + l] = static_cast<std::uint32_t>(c0[l]);
      out1[i + l] = static_cast<std::uint32_t>(c1[l]);
      out2[i + l] = static_cast<std::uint32_t>(c2[l]);
      out3[i + l] = static_cast<std::uint32_t>(c3[l]);
    }
  }
}

/// Uniforms on 2^52 midpoints from two words each.
GOODHART_WIDE void midpoints(const std::uint32_t* __restrict low, const std::uint32_t* __restrict high,
                             std::size_t count, double* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t both = (std::uint64_t{high[i]} << 32 | low[i]) >> 12;
    // Below 2^52, so it is the fraction of 2^52 + both.
    out[i] = (std::bit_cast<double>(both | 0x4330000000000000u) - 0x1p52 + 0.5) * 0x1p-52;
  }
}

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014, doi 10.1145/2660193.2660195): a bijection that mixes all
/// bits.
std::uint64_t scrambled(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t mixed(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;  // FNV-1a over the text, then mixed with the seed
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return scrambled(scrambled(seed) ^ hash);
}

Draws::Draws(std::uint64_t seed, Purpose purpose, std::string_view name) {
  const std::uint64_t key = scrambled(mixed(seed, name) + static_cast<std::uint64_t>(purpose));
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

void Draws::bits(std::uint32_t replicate, std::uint32_t first, std::int32_t step, std::uint32_t index,
                 const std::array<std::span<std::uint32_t>, 4>& word) const {
  const std::array<std::uint32_t, 3> rest{static_cast<std::uint32_t>(step), replicate, index};
  const std::size_t count = word[0].size(), whole = count / kGroup;
  philox_blocks(first, rest, key_, whole, word[0].data(), word[1].data(), word[2].data(), word[3].data());
  const std::size_t done = whole * kGroup;
  if (done == count) return;
  std::uint32_t end[4][kGroup];
  philox_blocks(first + static_cast<std::uint32_t>(done), rest, key_, 1, end[0], end[1], end[2], end[3]);
  for (std::size_t w = 0; w < 4; ++w) std::copy_n(end[w], count - done, word[w].data() + done);
}

void Draws::uniforms(std::uint32_t replicate, std::uint32_t first, std::int32_t step, std::uint32_t index,
                     std::span<double> out) const {
  std::uint32_t word[4][kAtOnce];
  for (std::size_t begin = 0; begin < out.size(); begin += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, out.size() - begin);
    bits(replicate, first + static_cast<std::uint32_t>(begin), step, index,
         {std::span(word[0], count), std::span(word[1], count), std::span(word[2], count), std::span(word[3], count)});
    midpoints(word[0], word[1], count, out.data() + begin);
  }
}

}  // namespace goodhart
