/// Points in the unit cube: Sobol' sequences and their scrambling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "goodhart/core/random.hpp"

namespace goodhart {

/// The Sobol' sequence with the direction numbers of Joe & Kuo 2008 (doi 10.1137/070709359), from its origin on, point
/// by point in any order. A coordinate is 64 bits, the binary digits of a number in [0, 1).
class SobolSequence {
 public:
  /// How many dimensions there can be, and how many points.
  static constexpr std::size_t kMostDimensions = 3667;
  static constexpr std::size_t kMostPoints = std::size_t{1} << 32U;

  /// Throws Bug for more dimensions than there are numbers for.
  explicit SobolSequence(std::size_t dimensions);

  /// Coordinate `dimension` of point `index`; point 0 is the origin, without which the first 2^m points would be no
  /// net (Owen 2020, arXiv:2008.08051).
  std::uint64_t bits(std::size_t index, std::size_t dimension) const;

 private:
  std::size_t dimensions_;
  std::vector<std::uint64_t> directions_;  ///< [bit of the Gray code][dimension]
};

/// Owen's nested uniform scrambling of coordinates: each binary digit is flipped or not, by a draw that is named by all
/// the digits before it. A scrambled net is a net, and each of its points is uniform in the cube.
/// Source: Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences", doi 10.1007/978-1-4612-2552-2_19.
class Scrambling {
 public:
  /// `name` names the coordinate, as the path of the number that it stands for.
  Scrambling(std::uint64_t seed, std::string_view name) : draws_(seed, Purpose::scramble, name) {}

  /// The digits of a coordinate in scramble number `scramble`. Digits beyond the first 32 are named by those alone: no
  /// two of 2^32 Sobol' points share these.
  std::uint64_t operator()(std::uint64_t bits, std::uint32_t scramble) const;

 private:
  Draws draws_;
};

/// Which dimension of a Sobol' sequence each coordinate takes in a scramble: a random order of all.
///
/// Some pairs of dimensions fill the square badly with few points: of the first 26, three pairs have a correlation of
/// ±0.75 among 64 points, in every scramble. Numbers that always take such a pair pass for each other. So each scramble
/// deals the dimensions out anew, and a pair of numbers meets a bad pair of dimensions seldom.
std::vector<std::size_t> dealt_dimensions(std::uint64_t seed, std::uint32_t scramble, std::size_t dimensions);

/// The middle of the interval of length 2^-52 that these digits lie in: never 0 and never 1.
inline double midpoint(std::uint64_t bits) {
  return (static_cast<double>(bits >> 12U) + 0.5) * 0x1p-52;
}

}  // namespace goodhart
