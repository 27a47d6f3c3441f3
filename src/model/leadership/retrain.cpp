/// Move `retrain`: the rates of the linear incentives become the least-squares coefficients of an audited sample's
/// contribution on its readings, with an intercept (Perdomo et al. 2020, arXiv 2002.06673).
#include <Eigen/Dense>

#include "kind.hpp"

namespace goodhart {

template <>
void act_as(const Retrain& self, Office& office, std::size_t move) {
  if (office.since() % self.every != 0) return;
  const ScratchVector<std::size_t> incentives = office.linear_incentives();
  const ScratchVector<std::size_t> people = office.inspect(self.sample, move);
  const auto rows = static_cast<Eigen::Index>(people.size()), columns = static_cast<Eigen::Index>(incentives.size());
  Eigen::MatrixXd readings(rows, columns);
  Eigen::VectorXd contributions(rows);
  for (Eigen::Index r = 0; r < rows; ++r) {
    const std::size_t i = people[static_cast<std::size_t>(r)];
    contributions(r) = office.contribution(i);
    for (Eigen::Index c = 0; c < columns; ++c)
      readings(r, c) = office.reading(office.metric(incentives[static_cast<std::size_t>(c)]), i);
  }
  // The intercept goes with the means; where readings do not tell the coefficients apart, the smallest ones are taken.
  const Eigen::RowVectorXd centre = readings.colwise().mean();
  const Eigen::MatrixXd centred = readings.rowwise() - centre;
  const Eigen::VectorXd wanted = contributions.array() - contributions.mean();
  Eigen::VectorXd rates = centred.completeOrthogonalDecomposition().solve(wanted);
  if (self.budget) {
    // What they would have paid the sample; nothing positive cannot be scaled to the budget.
    double paid = 0;
    for (Eigen::Index c = 0; c < columns; ++c) {
      double target = 0;
      for (const std::size_t i : people) target += office.target(incentives[static_cast<std::size_t>(c)], i);
      paid += rates(c) * (centre(c) - target / static_cast<double>(rows));
    }
    if (paid > 0) rates *= *self.budget / paid;
  }
  for (Eigen::Index c = 0; c < columns; ++c) {
    const std::size_t incentive = incentives[static_cast<std::size_t>(c)];
    // A reward on a metric of which less is better pays rate x (target - M).
    office.set_rate(incentive, office.lower(incentive) ? -rates(c) : rates(c));
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
