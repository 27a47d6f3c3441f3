/// Distribution `discrete`: its quantiles.
#include <algorithm>
#include <numeric>

#include "distribution.hpp"

namespace goodhart {

namespace {

/// Values with their probabilities, in rising order, so that a higher u never means a lower value.
std::vector<std::pair<double, double>> table(const Discrete& self) {
  const double total = std::accumulate(self.weights.begin(), self.weights.end(), 0.0);
  std::vector<std::pair<double, double>> rows;
  for (std::size_t i = 0; i < self.values.size(); ++i) rows.emplace_back(self.values[i], self.weights[i] / total);
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return rows;
}

}  // namespace

template <>
double quantile_of(const Discrete& self, double u) {
  double below = 0;
  double last = 0;
  for (const auto& [value, probability] : table(self)) {
    if (probability == 0) continue;
    below += probability;
    last = value;
    if (u <= below) return value;
  }
  return last;  // the probabilities sum to one but for rounding
}

template <>
double probability_up_to(const Discrete& self, double x) {
  double sum = 0;
  for (const auto& [value, probability] : table(self)) sum += value <= x ? probability : 0;
  return std::min(sum, 1.0);
}

template <>
double probability_below(const Discrete& self, double x) {
  double sum = 0;
  for (const auto& [value, probability] : table(self)) sum += value < x ? probability : 0;
  return std::min(sum, 1.0);
}

template <>
std::string fault_of(const Discrete& self) {
  if (self.values.empty()) return "values must hold at least one number";
  if (self.values.size() != self.weights.size()) {
    return "there are " + std::to_string(self.values.size()) + " values but " + std::to_string(self.weights.size()) +
           " weights; give one weight for each value";
  }
  if (std::all_of(self.weights.begin(), self.weights.end(), [](double weight) { return weight == 0; })) {
    return "at least one weight must be above 0";
  }
  return "";
}

}  // namespace goodhart
