/// Sobol' indices on two lucks, and elementary effects.
#include "goodhart/study/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "goodhart/core/errors.hpp"

namespace goodhart {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostFailed = 0.01;  ///< share of rows

/// Sums over the rows of one scramble.
struct Sums {
  double rows = 0, variance = 0, luck = 0;
  std::vector<double> first, total;

  explicit Sums(std::size_t inputs) : first(inputs, 0.0), total(inputs, 0.0) {}
  void add(const Sums& other, double sign) {
    rows += sign * other.rows;
    variance += sign * other.variance;
    luck += sign * other.luck;
    for (std::size_t j = 0; j < first.size(); ++j) {
      first[j] += sign * other.first[j];
      total[j] += sign * other.total[j];
    }
  }
};

/// The mean of what is there.
double mean_of(const std::vector<double>& one, const std::vector<double>& other) {
  double sum = 0, count = 0;
  for (const std::vector<double>* values : {&one, &other}) {
    for (const double value : *values) {
      if (std::isnan(value)) continue;
      sum += value;
      count += 1;
    }
  }
  return count == 0 ? 0 : sum / count;
}

/// Is it one value over and over, but for rounding?
bool is_constant(const std::vector<double>& one, const std::vector<double>& other, double magnitude) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const std::vector<double>* values : {&one, &other}) {
    for (const double value : *values) {
      if (std::isnan(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return !(high > low) || only_rounding(high - low, std::max({magnitude, std::fabs(low), std::fabs(high)}));
}

/// The jackknife's estimate of a function of sums over the scrambles, with its interval.
template <typename Function>
Estimate jackknife(const std::vector<Sums>& scrambles, const Sums& all, double confidence, const Function& of) {
  const auto count = static_cast<double>(scrambles.size());
  const double whole = of(all);
  std::vector<double> pseudo;
  for (const Sums& scramble : scrambles) {
    Sums rest = all;
    rest.add(scramble, -1);
    pseudo.push_back(count * whole - (count - 1) * of(rest));
  }
  return estimate(pseudo, confidence);
}

}  // namespace

SobolShares sobol_shares(const SobolOutcomes& outcomes, double confidence) {
  SobolShares found;
  const std::size_t inputs = outcomes.inputs, of_row = inputs + 2;
  const double middle = mean_of(outcomes.one, outcomes.other);
  std::vector<Sums> scrambles;
  Sums all(inputs);
  for (std::size_t k = 0; k < outcomes.scrambles; ++k) {
    Sums& sums = scrambles.emplace_back(inputs);
    for (std::size_t r = 0; r < outcomes.rows; ++r) {
      const auto first = static_cast<std::ptrdiff_t>((k * outcomes.rows + r) * of_row);
      std::vector<double> f(outcomes.one.begin() + first,
                            outcomes.one.begin() + first + static_cast<std::ptrdiff_t>(of_row));
      std::vector<double> g(outcomes.other.begin() + first,
                            outcomes.other.begin() + first + static_cast<std::ptrdiff_t>(of_row));
      for (double& value : f) value -= middle;
      for (double& value : g) value -= middle;
      const auto is_lost = [](double value) { return std::isnan(value); };
      if (std::any_of(f.begin(), f.end(), is_lost) || std::any_of(g.begin(), g.end(), is_lost)) {
        ++found.left_out;
        continue;
      }
      sums.rows += 1;
      sums.variance += 0.5 * (f[0] - f[1]) * (g[0] - g[1]);
      for (std::size_t p = 0; p < of_row; ++p) {
        sums.luck += 0.5 * (f[p] - g[p]) * (f[p] - g[p]) / static_cast<double>(of_row);
      }
      for (std::size_t j = 0; j < inputs; ++j) {
        sums.first[j] += 0.5 * (f[1] * (g[j + 2] - g[0]) + g[1] * (f[j + 2] - f[0]));
        sums.total[j] += 0.5 * (f[0] - f[j + 2]) * (g[0] - g[j + 2]);
      }
    }
    all.add(sums, 1);
  }
  const auto rows = static_cast<double>(outcomes.rows * outcomes.scrambles);
  if (static_cast<double>(found.left_out) > kMostFailed * rows) {
    found.fault =
        fmt::format("no indices: {} of {} rows have a failed run, and above 1 % what is left is another question",
                    found.left_out, outcomes.rows * outcomes.scrambles);
    return found;
  }
  if (is_constant(outcomes.one, outcomes.other, outcomes.magnitude)) {
    found.fault = "no variance to explain: the outcome is the same at all points";
    return found;
  }
  found.luck =
      jackknife(scrambles, all, confidence, [](const Sums& sums) { return sums.luck / (sums.luck + sums.variance); });
  const Estimate variance =
      jackknife(scrambles, all, confidence, [](const Sums& sums) { return sums.variance / sums.rows; });
  if (!(variance.low > 0)) {
    found.fault = "no variance to explain that could be told from luck";
    return found;
  }
  for (std::size_t j = 0; j < inputs; ++j) {
    found.first.push_back(
        jackknife(scrambles, all, confidence, [j](const Sums& sums) { return sums.first[j] / sums.variance; }));
    found.total.push_back(
        jackknife(scrambles, all, confidence, [j](const Sums& sums) { return sums.total[j] / sums.variance; }));
  }
  return found;
}

MorrisEffects morris_effects(const std::vector<std::vector<double>>& outcomes,
                             const std::vector<std::vector<std::vector<double>>>& shares) {
  MorrisEffects found;
  const std::size_t inputs = shares.front().front().size();
  std::vector<std::vector<double>> effects(inputs);
  bool varies = false;
  for (std::size_t t = 0; t < outcomes.size(); ++t) {
    const std::vector<double>& way = outcomes[t];
    if (std::any_of(way.begin(), way.end(), [](double value) { return std::isnan(value); })) {
      ++found.left_out;
      continue;
    }
    for (std::size_t k = 0; k + 1 < way.size(); ++k) {
      for (std::size_t i = 0; i < inputs; ++i) {
        const double step = shares[t][k + 1][i] - shares[t][k][i];
        if (step == 0) continue;
        effects[i].push_back((way[k + 1] - way[k]) / step);
        varies = varies || way[k + 1] != way[k];
      }
    }
  }
  if (static_cast<double>(found.left_out) > kMostFailed * static_cast<double>(outcomes.size())) {
    found.fault = fmt::format("no effects: {} of {} trajectories have a failed run", found.left_out, outcomes.size());
    return found;
  }
  if (!varies) {
    found.fault = "no variance to explain: the outcome is the same at all points";
    return found;
  }
  for (const std::vector<double>& of_input : effects) {
    std::vector<double> absolute;
    for (const double effect : of_input) absolute.push_back(std::fabs(effect));
    found.mean.push_back(estimate(of_input));
    found.absolute.push_back(estimate(absolute));
    double squares = 0;
    for (const double effect : of_input)
      squares += (effect - found.mean.back().mean) * (effect - found.mean.back().mean);
    found.deviation.push_back(std::sqrt(squares / (static_cast<double>(of_input.size()) - 1)));
  }
  return found;
}

SensitivityFindings sensitivity_of(const Study& study, const ReadUnit& read) {
  const Scenario& scenario = study.scenario();
  const Sensitivity design = scenario.experiment->sensitivity.value_or(SobolIndices{});
  const OutcomeFormula outcome(scenario.experiment->outcome, study);
  const std::size_t policies = scenario.policies.size();
  const auto comparison = static_cast<std::size_t>(scenario.comparison());

  // [policy][luck][point]
  std::vector<std::vector<std::vector<double>>> of_policy(
      policies, std::vector<std::vector<double>>(2, std::vector<double>(study.points(), kNaN)));
  std::vector<std::size_t> failed(policies, 0);
  for (std::size_t point = 0; point < study.points(); ++point) {
    for (std::size_t luck = 0; luck < 2; ++luck) {
      const std::optional<Unit> unit = read(point, luck);
      if (!unit) throw Bug("sensitivity: a unit is missing");
      for (std::size_t p = 0; p < policies; ++p) {
        if (unit->status[p] == RunStatus::ok) {
          of_policy[p][luck][point] = outcome(unit->values.data() + p * study.width());
        } else {
          ++failed[p];
        }
      }
    }
  }

  SensitivityFindings found;
  found.morris = std::holds_alternative<MorrisScreening>(design);
  for (const Varied& input : study.inputs()) found.inputs.push_back(input.name);
  std::vector<std::vector<std::vector<double>>> shares;
  if (found.morris) {
    for (std::size_t point = 0; point < study.points(); ++point) {
      if (point % study.points_of_row() == 0) shares.emplace_back();
      shares.back().push_back(study.shares(point));
    }
  }
  const auto look = [&](SensitivityTarget& target, const std::vector<double>& one, const std::vector<double>& other,
                        double magnitude) {
    if (const auto* sobol = std::get_if<SobolIndices>(&design)) {
      target.shares = sobol_shares({.inputs = found.inputs.size(),
                                    .rows = static_cast<std::size_t>(sobol->rows),
                                    .scrambles = static_cast<std::size_t>(sobol->scrambles),
                                    .one = one,
                                    .other = other,
                                    .magnitude = magnitude});
      return;
    }
    std::vector<std::vector<double>> ways(shares.size());
    for (std::size_t point = 0; point < one.size(); ++point) {
      ways[point / study.points_of_row()].push_back((one[point] + other[point]) / 2);
    }
    target.effects = morris_effects(ways, shares);
  };
  for (std::size_t p = 0; p < policies; ++p) {
    SensitivityTarget& target = found.targets.emplace_back();
    target.policy = scenario.policies.entries[p].name;
    target.failed = failed[p];
    look(target, of_policy[p][0], of_policy[p][1], 0);
  }
  for (std::size_t p = 0; p < policies; ++p) {
    if (p == comparison) continue;
    SensitivityTarget& target = found.targets.emplace_back();
    target.policy = scenario.policies.entries[p].name;
    target.difference = true;
    target.failed = failed[p] + failed[comparison];
    std::vector<double> one, other;
    for (std::size_t point = 0; point < study.points(); ++point) {
      one.push_back(of_policy[p][0][point] - of_policy[comparison][0][point]);
      other.push_back(of_policy[p][1][point] - of_policy[comparison][1][point]);
    }
    double magnitude = 0;
    for (const double value : of_policy[comparison][0]) {
      if (!std::isnan(value)) magnitude = std::max(magnitude, std::fabs(value));
    }
    look(target, one, other, magnitude);
  }
  return found;
}

}  // namespace goodhart
