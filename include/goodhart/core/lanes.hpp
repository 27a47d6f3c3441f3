/// Loops over columns, written so that compilers turn them into vector code for the processor at hand.
///
/// A kernel is a free function marked GOODHART_WIDE: it is compiled several times, for x86-64 with AVX-512, with AVX2
/// and plainly, and the program takes the best that the processor has when it starts. All versions give the same bits:
/// elements are independent, sums have a fixed number of partial sums whatever the width, and products are never fused
/// with sums (-ffp-contract=off).
#pragma once

#include <cstddef>

// Sanitizers' run-time and the choice of a version at start-up do not go together.
#if defined(__x86_64__) && defined(__ELF__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GOODHART_WIDE __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GOODHART_WIDE
#endif
/// Before a loop: its rounds do not depend on each other, whatever the pointers in it may seem to share.
#if defined(__clang__)
#define GOODHART_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define GOODHART_INDEPENDENT _Pragma("GCC ivdep")
#else
#define GOODHART_INDEPENDENT
#endif
/// For what kernels call: becomes part of each version.
#define GOODHART_INLINE inline __attribute__((always_inline))

namespace goodhart {

GOODHART_INLINE double least(double a, double b) {
  return a < b ? a : b;
}
GOODHART_INLINE double greatest(double a, double b) {
  return a > b ? a : b;
}

/// Partial sums that a sum over a column is made of: element i goes to partial sum i mod kLanes.
inline constexpr std::size_t kLanes = 32;

/// Adds up partial sums, in a fixed order.
GOODHART_INLINE double total_of(const double (&part)[kLanes]) {
  double half[kLanes];
  for (std::size_t l = 0; l < kLanes; ++l) half[l] = part[l];
  for (std::size_t width = kLanes / 2; width > 0; width /= 2) {
    for (std::size_t l = 0; l < width; ++l) half[l] += half[l + width];
  }
  return half[0];
}

/// The sum of term(i) for i in [0, count).
template <class Term>
GOODHART_INLINE double sum_over(std::size_t count, Term term) {
  double part[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) part[l] += term(i + l);
  }
  for (std::size_t l = 0; i + l < count; ++l) part[l] += term(i + l);
  return total_of(part);
}

}  // namespace goodhart
