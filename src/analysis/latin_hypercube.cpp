/// Latin hypercubes by named draws.
#include "goodhart/analysis/latin_hypercube.hpp"

#include <numeric>
#include <utility>

#include "goodhart/core/random.hpp"

namespace goodhart {
namespace {

/// A permutation of 0 .. count - 1 by named draws (Fisher and Yates).
std::vector<int> shuffled(const Draws& draws, int count) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (int i = count - 1; i > 0; --i) {
    const double u = draws.uniform(0, static_cast<std::uint32_t>(i), 0);
    std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(u * (i + 1))]);
  }
  return order;
}

}  // namespace

std::vector<double> latin_hypercube(std::uint64_t seed, const std::string& path, int points) {
  const Draws order(seed, Purpose::world, "order " + path), place(seed, Purpose::world, path);
  std::vector<double> column;
  for (const int part : shuffled(order, points)) {
    column.push_back((part + place.uniform(0, static_cast<std::uint32_t>(part), 0)) / points);
  }
  return column;
}

std::vector<std::vector<double>> sampled_values(const Scenario& scenario, int worlds) {
  std::vector<std::vector<double>> values;
  for (const auto& [path, range] : scenario.experiment->vary) {
    std::vector<double>& of_number = values.emplace_back(latin_hypercube(scenario.seed, path, worlds));
    for (double& value : of_number) value = range.at(value);
  }
  return values;
}

}  // namespace goodhart
