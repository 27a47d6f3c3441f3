/// The keys of named draws.
#include "goodhart/core/random.hpp"

namespace goodhart {

namespace {

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

}  // namespace goodhart
