/// Scheme `tournament`: a prize for the top share by rank of M, a penalty for the bottom share (Lazear & Rosen 1981,
/// doi 10.1086/261010).
///
/// Its merit is 1 for the top, -1 for the bottom and 0 for those between. One of n wins the prize while fewer than m
/// rivals are ahead, and escapes the penalty of the last b while fewer than n - b are.
#include <algorithm>
#include <cmath>

#include "kind.hpp"

namespace goodhart {

namespace {

/// Positions in Terms: the order in which Tournament declares its quantities.
enum : std::size_t { kPrize, kPenalty };

/// How many of n places a share makes: halves rounded up, at least one where the share is positive.
std::size_t places(double share, std::size_t n) {
  if (share == 0) return 0;
  const double exact = share * static_cast<double>(n);
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::floor(exact + 0.5 + 1e-9)), 1, n);
}

/// Rounding must not let top and bottom overlap: the top comes first.
std::size_t last_places(const Tournament& self, std::size_t n) {
  return std::min(places(self.bottom, n), n - places(self.top, n));
}

}  // namespace

template <>
void compare_by(const Tournament& self, std::span<const double> means, bool, std::span<double> merits) {
  const std::size_t n = means.size(), first = places(self.top, n), last = last_places(self, n);
  for (std::size_t r = 0; r < n; ++r) merits[r] = r < first ? 1 : (r >= n - last ? -1 : 0);
}

template <>
double reward_of(const Tournament&, const Terms& terms, std::size_t employee, double merit, bool) {
  if (merit == 0) return 0;
  return merit > 0 ? terms[kPrize][employee] : -terms[kPenalty][employee];
}

template <>
void expect_of(const Tournament& self, const Terms& terms, const Prospect& prospect, Hopes& hopes) {
  const std::size_t n = prospect.rivals.others + 1, first = places(self.top, n), last = last_places(self, n);
  const double share = prospect.window / prospect.left * prospect.patience;
  const double direction = prospect.lower ? -1 : 1;
  const double noise = prospect.noise * std::sqrt(prospect.left) / prospect.window;
  const auto add = [&](std::size_t prizes, double worth) {
    if (prizes == 0 || prizes >= n || worth == 0) return;
    hopes.count += add_contest(
        prospect.rivals, prizes, noise, share * worth, direction * prospect.settled / prospect.window,
        direction * prospect.left / prospect.window, hopes.reading, *hopes.shelf, hopes.curves + hopes.count);
  };
  add(first, terms[kPrize][prospect.employee]);
  add(last == 0 ? 0 : n - last, terms[kPenalty][prospect.employee]);
}

template <>
double stake_of(const Tournament& self, const Terms& terms, std::size_t employee, double, double, bool) {
  return (self.top > 0 ? terms[kPrize][employee] : 0.0) + (self.bottom > 0 ? terms[kPenalty][employee] : 0.0);
}

}  // namespace goodhart
