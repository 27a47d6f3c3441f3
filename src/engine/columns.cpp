/// Loops over columns: plain, so that the compiler makes vector code of them.
#include "columns.hpp"

#include <bit>
#include <cmath>

#include "goodhart/core/lanes.hpp"

namespace goodhart::columns {

GOODHART_WIDE double sum(const double* a, std::size_t count) {
  return sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return a[i]; });
}

GOODHART_WIDE double sum_of_group(const double* a, const std::int16_t* group, std::int16_t which, std::size_t count) {
  return sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return (group[i] == which ? 1.0 : 0.0) * a[i]; });
}

GOODHART_WIDE double members_of_group(const std::int16_t* group, std::int16_t which, std::size_t count) {
  return sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return group[i] == which ? 1.0 : 0.0; });
}

GOODHART_WIDE Moments moments(const double* x, const double* y, std::size_t count) {
  Moments found;
  found.count = static_cast<double>(count);
  found.mean_x = sum_over(
                     count, [=](std::size_t i) __attribute__((always_inline)) { return x[i]; }) /
                 found.count;
  const double mx = found.mean_x;
  found.xx = sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return (x[i] - mx) * (x[i] - mx); });
  if (y == nullptr) return found;
  found.mean_y = sum_over(
                     count, [=](std::size_t i) __attribute__((always_inline)) { return y[i]; }) /
                 found.count;
  const double my = found.mean_y;
  found.yy = sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return (y[i] - my) * (y[i] - my); });
  found.xy = sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return (x[i] - mx) * (y[i] - my); });
  return found;
}

GOODHART_WIDE Moments moments(const double* x, const double* y, const Moments& of_y, std::size_t count) {
  Moments found;
  found.count = of_y.count;
  found.mean_y = of_y.mean_x;
  found.yy = of_y.xx;
  found.mean_x = sum_over(
                     count, [=](std::size_t i) __attribute__((always_inline)) { return x[i]; }) /
                 found.count;
  const double mx = found.mean_x, my = found.mean_y;
  double xx[kLanes] = {}, xy[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) {
      const double dx = x[i + l] - mx;
      xx[l] += dx * dx;
      xy[l] += dx * (y[i + l] - my);
    }
  }
  for (std::size_t l = 0; i + l < count; ++l) {
    const double dx = x[i + l] - mx;
    xx[l] += dx * dx;
    xy[l] += dx * (y[i + l] - my);
  }
  found.xx = total_of(xx);
  found.xy = total_of(xy);
  return found;
}

GOODHART_WIDE double at_least(const double* a, double level, std::size_t count) {
  return sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return a[i] >= level ? 1.0 : 0.0; });
}

GOODHART_WIDE void fill(double* out, double value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = value;
}

GOODHART_WIDE void add(double* __restrict a, const double* __restrict b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) a[i] += b[i];
}

GOODHART_WIDE void plus(double* out, const double* a, const double* b, std::size_t count) {
  GOODHART_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) out[i] = a[i] + b[i];
}

GOODHART_WIDE void add_scaled(double* __restrict a, double factor, const double* __restrict b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) a[i] += factor * b[i];
}

GOODHART_WIDE void scaled(double* __restrict out, double factor, const double* __restrict b, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = factor * b[i];
}

GOODHART_WIDE void scale(double* a, double factor, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) a[i] *= factor;
}

GOODHART_WIDE void ratio(double* __restrict out, const double* __restrict a, const double* __restrict b,
                         std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = a[i] / b[i];
}

GOODHART_WIDE void add_product(double* __restrict a, const double* __restrict b, const double* __restrict c,
                               std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) a[i] += b[i] * c[i];
}

GOODHART_WIDE void product_plus(double* __restrict out, const double* __restrict a, const double* __restrict b,
                                const double* __restrict c, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = a[i] * b[i] + c[i];
}

GOODHART_WIDE void erode(double* __restrict out, const double* __restrict a, double b, const double* __restrict c,
                         std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = a[i] * (1 - b * c[i]);
}

namespace {

/// Puts what efforts make into a, or adds it.
template <bool kFirst>
GOODHART_INLINE void bend_into(double* __restrict a, const double* __restrict linear, const double* __restrict bend,
                               const double* __restrict x, std::size_t count) {
  if (linear != nullptr && bend != nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      const double made = linear[i] * x[i] - bend[i] * (0.5 * x[i] * x[i]);
      a[i] = kFirst ? made : a[i] + made;
    }
  } else if (linear != nullptr) {
    for (std::size_t i = 0; i < count; ++i) a[i] = kFirst ? linear[i] * x[i] : a[i] + linear[i] * x[i];
  } else if (bend != nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      const double lost = bend[i] * (0.5 * x[i] * x[i]);
      a[i] = kFirst ? -lost : a[i] - lost;
    }
  } else if (kFirst) {
    for (std::size_t i = 0; i < count; ++i) a[i] = 0;
  }
}

}  // namespace

GOODHART_WIDE void add_bent(double* a, const double* linear, const double* bend, const double* x, std::size_t count) {
  bend_into<false>(a, linear, bend, x, count);
}

GOODHART_WIDE void bent(double* a, const double* linear, const double* bend, const double* x, std::size_t count) {
  bend_into<true>(a, linear, bend, x, count);
}

GOODHART_WIDE void worth_of_unit(double* __restrict linear, double* __restrict curvature, const double* __restrict care,
                                 const double* __restrict worth, const double* __restrict aversion,
                                 const double* __restrict saturation, const double* __restrict strain,
                                 std::size_t count) {
  if (saturation == nullptr) {
    for (std::size_t i = 0; i < count; ++i) {
      linear[i] = care[i] * worth[i] - aversion[i];
      curvature[i] = strain[i];
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      linear[i] = care[i] * worth[i] - aversion[i];
      curvature[i] = care[i] * saturation[i] + strain[i];
    }
  }
}

GOODHART_WIDE void add_off_norm(double* __restrict a, const double* __restrict strain, const double* __restrict hours,
                                const double* __restrict norm, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double beyond = hours[i] - norm[i];
    a[i] += 0.5 * strain[i] * beyond * beyond;
  }
}

GOODHART_WIDE void utility(double* __restrict out, const double* __restrict care, const double* __restrict worth,
                           const double* __restrict burden, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = care[i] * worth[i] - burden[i];
}

GOODHART_WIDE void add_noise(double* out, const double* a, const double* __restrict scale, double shared, double rest,
                             const double* __restrict own, std::size_t count) {
  GOODHART_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) out[i] = a[i] + scale[i] * (shared + rest * own[i]);
}

GOODHART_WIDE void take_time(double* __restrict took, double* __restrict hours, const double* __restrict time,
                             const double* __restrict x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    took[i] = time[i] * x[i];
    hours[i] += took[i];
  }
}

namespace {

template <bool kFirst>
GOODHART_INLINE double worked(const Effort& effort, std::size_t count) {
  const double* const x = effort.x;
  const double* const time = effort.time;
  const double* const value = effort.value;
  const double* const saturation = effort.saturation;
  const double* const strain = effort.strain;
  const double* const aversion = effort.aversion;
  double* const took = effort.took;
  double* const hours = effort.hours;
  double* const made = effort.made;
  double* const burden = effort.burden;
  GOODHART_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    const double half_square = 0.5 * x[i] * x[i];
    const double takes = time[i] * x[i];
    const double makes = value[i] * x[i] - saturation[i] * half_square;
    const double strains = strain[i] * half_square;
    took[i] = takes;
    hours[i] = kFirst ? takes : hours[i] + takes;
    made[i] = kFirst ? makes : made[i] + makes;
    burden[i] = (kFirst ? strains : burden[i] + strains) + aversion[i] * x[i];
  }
  return sum_over(
      count, [=](std::size_t i) __attribute__((always_inline)) { return took[i]; });
}

}  // namespace

GOODHART_WIDE double work(const Effort& effort, std::size_t count) {
  return worked<false>(effort, count);
}

GOODHART_WIDE double first_work(const Effort& effort, std::size_t count) {
  return worked<true>(effort, count);
}

GOODHART_WIDE std::size_t visible(const double* __restrict took, double visible, std::size_t count,
                                  std::uint32_t* __restrict bits) {
  int many = 0;
  for (std::size_t i = 0; i < count; i += 32) {
    const std::size_t here = count - i < 32 ? count - i : 32;
    alignas(64) std::uint8_t seen[32] = {};
    for (std::size_t l = 0; l < here; ++l) seen[l] = took[i + l] >= visible ? 1 : 0;
    // Eight bytes of 0 or 1 to eight bits: the product moves byte b to bit 56 + b.
    std::uint32_t word = 0;
    for (std::size_t group = 0; group < 4; ++group) {
      std::uint64_t bytes = 0;
      for (std::size_t b = 0; b < 8; ++b) bytes |= std::uint64_t{seen[8 * group + b]} << (8 * b);
      word |= static_cast<std::uint32_t>(bytes * 0x0102040810204080u >> 56) << (8 * group);
    }
    bits[i / 32] = word;
    many += std::popcount(word);
  }
  return static_cast<std::size_t>(many);
}

GOODHART_WIDE std::size_t bits_in(const std::uint32_t* words, std::size_t count) {
  int many = 0;
  for (std::size_t w = 0; w < count; ++w) many += std::popcount(words[w]);
  return static_cast<std::size_t>(many);
}

GOODHART_WIDE std::size_t held(const double* __restrict luck, const double* __restrict inertias, double inertia,
                               const std::int32_t* __restrict arrival, std::int32_t now, std::size_t count,
                               char* __restrict odd) {
  int many = 0;
  if (inertias != nullptr) {
    for (std::size_t i = 0; i < count; ++i) odd[i] = luck[i] < inertias[i] ? 1 : 0;
  } else {
    for (std::size_t i = 0; i < count; ++i) odd[i] = luck[i] < inertia ? 1 : 0;
  }
  for (std::size_t i = 0; i < count; ++i) odd[i] = static_cast<char>(odd[i] & (arrival[i] != now ? 1 : 0));
  for (std::size_t i = 0; i < count; ++i) many += odd[i];
  return static_cast<std::size_t>(many);
}

GOODHART_WIDE Rewarded rewarded(const double* paid, const double* reading, std::size_t count) {
  const auto is = [=](std::size_t i) __attribute__((always_inline)) {
    return paid[i] > 0 ? 1.0 : 0.0;
  };
  return {.people = sum_over(count, is),
          .reading = sum_over(
              count, [=](std::size_t i) __attribute__((always_inline)) { return is(i) * reading[i]; })};
}

GOODHART_WIDE Rewarded rewarded(const double* paid, const double* contribution, const double* reading,
                                const double* hours, const double* gaming_time, std::size_t count) {
  double people[kLanes] = {}, contributions[kLanes] = {}, readings[kLanes] = {}, times[kLanes] = {}, games[kLanes] = {};
  const auto add = [&](std::size_t i, std::size_t l) __attribute__((always_inline)) {
    const double is = paid[i] > 0 ? 1.0 : 0.0;
    people[l] += is;
    contributions[l] += is * contribution[i];
    readings[l] += is * reading[i];
    times[l] += is * hours[i];
    games[l] += is * gaming_time[i];
  };
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t l = 0; l < kLanes; ++l) add(i + l, l);
  }
  for (std::size_t l = 0; i + l < count; ++l) add(i + l, l);
  return {total_of(people), total_of(contributions), total_of(readings), total_of(times), total_of(games)};
}

}  // namespace goodhart::columns
