/// Scheme `status`: R = prize x (share of the others in scope that is behind, ties half).
#include <cmath>

#include "kind.hpp"

namespace goodhart {

namespace {

/// Positions in Terms: the order in which Status declares its quantities.
enum : std::size_t { kPrize };

}  // namespace

template <>
void compare_by(const Status&, std::span<const double> means, bool, std::span<double> merits) {
  const std::size_t n = means.size();
  for (std::size_t first = 0; first < n;) {
    std::size_t end = first + 1;
    while (end < n && means[end] == means[first]) ++end;
    const auto behind = static_cast<double>(n - end), equal = static_cast<double>(end - first - 1);
    for (std::size_t r = first; r < end; ++r) merits[r] = (behind + 0.5 * equal) / static_cast<double>(n - 1);
    first = end;
  }
}

template <>
double reward_of(const Status&, const Terms& terms, std::size_t employee, double merit, bool) {
  return terms[kPrize][employee] * merit;
}

template <>
void expect_of(const Status&, const Terms& terms, const Prospect& prospect, Hopes& hopes) {
  const double worth = prospect.window / prospect.left * prospect.patience * terms[kPrize][prospect.employee];
  if (worth == 0) return;
  const double direction = prospect.lower ? -1 : 1;
  const double noise = prospect.noise * std::sqrt(prospect.left) / prospect.window;
  const double offset = direction * prospect.settled / prospect.window;
  const double scale = direction * prospect.left / prospect.window;
  Curve* const curves = hopes.curves + hopes.count;
  hopes.count += hopes.alone && !prospect.lower && prospect.rivals.others < kMany
                     ? add_standing_by_steps(prospect.rivals, noise, worth, offset, scale, hopes.reading, curves)
                     : add_standing(prospect.rivals, noise, worth, offset, scale, hopes.reading, *hopes.shelf, curves);
}

template <>
double stake_of(const Status&, const Terms& terms, std::size_t employee, double, double, bool) {
  return terms[kPrize][employee];
}

}  // namespace goodhart
