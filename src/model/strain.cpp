/// Convexity of strain, by the smallest eigenvalue of its quadratic form.
#include "goodhart/model/strain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "goodhart/core/errors.hpp"
#include "small_matrix.hpp"

namespace goodhart {

void require_convex_strain_of(const Population& population, std::size_t employee) {
  using detail::Index;
  const auto count = static_cast<Index>(population.activities.size());
  detail::Matrix form = detail::Matrix::zero(count);
  const double strain = population.effort.strain[employee];
  for (Index k = 0; k < count; ++k) {
    const ActivityColumns& one = population.activities[static_cast<std::size_t>(k)];
    form(k, k) += one.strain[employee];
    for (Index l = 0; l < count; ++l) {
      form(k, l) += strain * one.time[employee] * population.activities[static_cast<std::size_t>(l)].time[employee];
    }
  }
  for (const EffortColumns::Pair& pair : population.effort.interactions) {
    form(pair.first, pair.second) += pair.strain[employee];
    form(pair.second, pair.first) += pair.strain[employee];
  }
  const double least = detail::least_eigenvalue(form);
  if (least < -1e-9 * std::max(1.0, form.greatest_magnitude())) {
    throw RunError(fmt::format(
        "effort.interactions: with these the strain of employee {} is not convex (smallest eigenvalue {:.3g}): "
        "more effort would tire less; give the activities more strain of their own, or the pairs less",
        employee, least));
  }
}

void require_convex_strain(const Population& population, std::size_t employees) {
  const auto& pairs = population.effort.interactions;
  if (pairs.empty()) return;
  const bool same = population.effort.strain.constant() &&
                    std::all_of(pairs.begin(), pairs.end(), [](const auto& pair) { return pair.strain.constant(); }) &&
                    std::all_of(population.activities.begin(), population.activities.end(),
                                [](const auto& one) { return one.strain.constant() && one.time.constant(); });
  for (std::size_t i = 0; i < (same ? std::min<std::size_t>(employees, 1) : employees); ++i)
    require_convex_strain_of(population, i);
}

}  // namespace goodhart
