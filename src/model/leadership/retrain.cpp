/// Move `retrain`: the rates of the linear incentives become the least-squares coefficients of an audited sample's
/// contribution on its readings, with an intercept (Perdomo et al. 2020, arXiv 2002.06673).
#include "goodhart/core/decompositions.hpp"
#include "kind.hpp"

namespace goodhart {

template <>
void act_as(const Retrain& self, Office& office, std::size_t move) {
  if (office.since() % self.every != 0) return;
  const ScratchVector<std::size_t> incentives = office.linear_incentives();
  const ScratchVector<std::size_t> people = office.inspect(self.sample, move);
  const std::size_t rows = people.size(), columns = incentives.size();
  // Column after column.
  ScratchVector<double> readings(rows * columns), wanted(rows), centre(columns), rates(columns);
  const double size = static_cast<double>(rows);
  double mean = 0;
  for (std::size_t r = 0; r < rows; ++r) mean += wanted[r] = office.contribution(people[r]);
  mean /= size;
  for (double& one : wanted) one -= mean;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::span<double> column = std::span(readings).subspan(c * rows, rows);
    for (std::size_t r = 0; r < rows; ++r) {
      centre[c] += column[r] = office.reading(office.metric(incentives[c]), people[r]);
    }
    centre[c] /= size;
    for (double& one : column) one -= centre[c];
  }
  // The intercept goes with the means; where readings do not tell the coefficients apart, the smallest ones are taken.
  solve_least_squares(readings, wanted, rates);
  if (self.budget) {
    // What they would have paid the sample; nothing positive cannot be scaled to the budget.
    double paid = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      double target = 0;
      for (const std::size_t i : people) target += office.target(incentives[c], i);
      paid += rates[c] * (centre[c] - target / size);
    }
    if (paid > 0) {
      for (double& rate : rates) rate *= *self.budget / paid;
    }
  }
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t incentive = incentives[c];
    // A reward on a metric of which less is better pays rate x (target - M).
    office.set_rate(incentive, office.lower(incentive) ? -rates[c] : rates[c]);
  }
}

template <>
int audited_by(const Retrain& self, int since) {
  return since % self.every == 0 ? self.sample : 0;
}

template <>
std::vector<std::string> metrics_read_by(const Retrain&) {
  return {};
}

template <>
std::string moves_target_as(const Retrain&) {
  return {};
}

template <>
bool moves_rates_as(const Retrain&) {
  return true;
}

}  // namespace goodhart
