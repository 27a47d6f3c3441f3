/// A replicate at a time: when all of its policies are there, they are paired.
#include "goodhart/analysis/means.hpp"

#include <algorithm>
#include <limits>

#include "goodhart/core/errors.hpp"

namespace goodhart {

Means::Means(const Layout& layout, std::size_t comparison)
    : places_(layout),
      comparison_(comparison),
      levels_(places_.policies() * places_.size()),
      changes_(levels_.size()),
      replicate_(levels_.size(), std::numeric_limits<double>::quiet_NaN()) {}

void Means::add(const RunRecord& record) {
  places_.check(record);
  const std::size_t row = static_cast<std::size_t>(record.policy) * places_.size();
  if (record.failure.empty()) {
    places_.for_each(record, [&](std::size_t place, double value) { replicate_[row + place] = value; });
  }
  if (++taken_ < places_.policies()) return;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    levels_[i].add(replicate_[i]);
    changes_[i].add(replicate_[i], replicate_[comparison_ * places_.size() + i % places_.size()]);
  }
  std::fill(replicate_.begin(), replicate_.end(), std::numeric_limits<double>::quiet_NaN());
  taken_ = 0;
}

Estimate Means::level(const std::string& variable, std::size_t policy, std::size_t position) const {
  return levels_.at(policy * places_.size() + places_.of(variable, position)).estimate();
}

Change Means::change(const std::string& variable, std::size_t policy, std::size_t position) const {
  return changes_.at(policy * places_.size() + places_.of(variable, position)).change();
}

}  // namespace goodhart
