/// Scheme `relative`: R = rate (M - mean M of the others in scope), the other way round where lower is better.
#include <cmath>

#include "kind.hpp"

namespace goodhart {

namespace {

/// Positions in Terms: the order in which Relative declares its quantities.
enum : std::size_t { kRate };

}  // namespace

template <>
void compare_by(const Relative&, std::span<const double> means, bool lower, std::span<double> merits) {
  const double others = static_cast<double>(means.size()) - 1;
  double sum = 0;
  for (const double mean : means) sum += mean;
  for (std::size_t r = 0; r < means.size(); ++r) {
    merits[r] = (lower ? -1 : 1) * (means[r] - (sum - means[r]) / others);
  }
}

template <>
double reward_of(const Relative&, const Terms& terms, std::size_t employee, double merit, bool) {
  return terms[kRate][employee] * merit;
}

template <>
double stake_of(const Relative&, const Terms& terms, std::size_t employee, double low, double high, bool) {
  const double rate = std::fabs(terms[kRate][employee]);
  return rate == 0 ? 0 : rate * (high - low);  // and not 0 x infinity
}

}  // namespace goodhart
