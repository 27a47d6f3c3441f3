/// Averages over time, run by run, in one flat array.
#include "goodhart/analysis/averages.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "goodhart/core/errors.hpp"

namespace goodhart {

Averages::Averages(const Layout& layout) : places_(layout) {
  values_.assign(places_.policies() * places_.replicates() * places_.size(), std::numeric_limits<double>::quiet_NaN());
}

Averages::Averages(const Layout& layout, const Averages& fewer) : Averages(layout) {
  if (fewer.places_.size() != places_.size() || fewer.places_.policies() != places_.policies() ||
      fewer.replicates() > replicates()) {
    throw Bug("averages: the former ones are not of a smaller experiment");
  }
  const auto of_policy = static_cast<std::ptrdiff_t>(fewer.replicates() * places_.size());
  for (std::size_t p = 0; p < places_.policies(); ++p) {
    const auto first = fewer.values_.begin() + static_cast<std::ptrdiff_t>(p) * of_policy;
    std::copy(first, first + of_policy,
              values_.begin() + static_cast<std::ptrdiff_t>(p * replicates() * places_.size()));
  }
}

void Averages::add(const RunRecord& record) {
  places_.check(record);
  if (!record.failure.empty()) return;
  const std::size_t run =
      static_cast<std::size_t>(record.policy) * places_.replicates() + static_cast<std::size_t>(record.replicate);
  double* const row = values_.data() + run * places_.size();
  places_.for_each(record, [row](std::size_t place, double value) { row[place] = value; });
}

std::vector<double> Averages::over_replicates(const std::string& variable, std::size_t policy,
                                              std::size_t position) const {
  const std::size_t place = places_.of(variable, position);
  if (policy >= places_.policies()) throw Bug("averages: there is no such policy");
  std::vector<double> values;
  values.reserve(replicates());
  for (std::size_t r = 0; r < replicates(); ++r) {
    values.push_back(values_[(policy * replicates() + r) * places_.size() + place]);
  }
  return values;
}

std::vector<std::vector<double>> Averages::of_run(std::size_t policy, std::size_t replicate) const {
  if (policy >= places_.policies() || replicate >= replicates()) throw Bug("averages: there is no such run");
  return places_.by_variable(values_.data() + (policy * replicates() + replicate) * places_.size());
}

std::vector<std::vector<double>> averages_over_steps(const Folder& root, const std::vector<std::vector<double>>& data) {
  const auto& steps = std::get<std::vector<std::int64_t>>(axis_of(root, "step").values);
  std::vector<std::vector<double>> averages;
  for (const std::vector<double>& values : data) {
    const std::size_t width = steps.empty() ? 0 : values.size() / steps.size();
    std::vector<double> sums(width, 0.0), counts(width, 0.0);
    for (std::size_t s = 0; s < steps.size(); ++s) {
      for (std::size_t w = 0; steps[s] >= 0 && w < width; ++w) {
        const double value = values[s * width + w];
        if (std::isnan(value)) continue;
        sums[w] += value;
        counts[w] += 1;
      }
    }
    for (std::size_t w = 0; w < width; ++w) {
      sums[w] = counts[w] == 0 ? std::numeric_limits<double>::quiet_NaN() : sums[w] / counts[w];
    }
    averages.push_back(std::move(sums));
  }
  return averages;
}

}  // namespace goodhart
