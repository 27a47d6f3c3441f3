/// Sobol' points from Boost's direction numbers, and Owen's scrambling by named draws.
#include "goodhart/study/designs.hpp"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <utility>

#include "goodhart/core/errors.hpp"

namespace goodhart {

// Boost's generator gives one coordinate after the other and begins behind the origin. It is asked for the points
// 2^k alone, from which the direction numbers follow: a point is the sum, without carry, of those that stand where its
// number in Gray code has a 1, and 2^k is 11 followed by zeros there.
SobolSequence::SobolSequence(std::size_t dimensions) : dimensions_(dimensions) {
  if (dimensions == 0 || dimensions > kMostDimensions) throw Bug("Sobol' points: no such dimension");
  constexpr std::size_t kBits = 32;
  boost::random::sobol generator(dimensions);
  directions_.resize(kBits * dimensions);
  for (std::size_t k = 0; k < kBits; ++k) {
    generator.seed((std::uint64_t{1} << k) - 1);
    for (std::size_t d = 0; d < dimensions; ++d) {
      const std::uint64_t before = k == 0 ? 0 : directions_[(k - 1) * dimensions + d];
      directions_[k * dimensions + d] = generator() ^ before;
    }
  }
}

std::uint64_t SobolSequence::bits(std::size_t index, std::size_t dimension) const {
  if (index >= kMostPoints || dimension >= dimensions_) throw Bug("Sobol' points: no such point");
  std::uint64_t bits = 0;
  std::size_t code = index ^ (index >> 1U);
  for (std::size_t k = 0; code != 0; ++k, code >>= 1U) {
    if (code & 1U) bits ^= directions_[k * dimensions_ + dimension];
  }
  return bits;
}

std::uint64_t Scrambling::operator()(std::uint64_t bits, std::uint32_t scramble) const {
  constexpr int kNested = 32;
  std::uint64_t flips = 0;
  for (int digit = 0; digit < kNested; ++digit) {
    const auto before = static_cast<std::uint32_t>(digit == 0 ? 0 : bits >> (64 - digit));
    flips |= static_cast<std::uint64_t>(draws_.bits(scramble, before, digit)[0] & 1U) << (63 - digit);
  }
  flips |= draws_.bits(scramble, static_cast<std::uint32_t>(bits >> 32U), kNested)[0];
  return bits ^ flips;
}

std::vector<std::size_t> dealt_dimensions(std::uint64_t seed, std::uint32_t scramble, std::size_t dimensions) {
  const Draws draws(seed, Purpose::scramble, "order of dimensions");
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t d = 0; d < dimensions; ++d) {
    order.emplace_back(draws.uniform(scramble, static_cast<std::uint32_t>(d), 0), d);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::size_t> dealt;
  for (const auto& [draw, dimension] : order) dealt.push_back(dimension);
  return dealt;
}

}  // namespace goodhart
