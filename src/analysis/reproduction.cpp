/// Number by number; of a variable's axes the first is `step`, so its other positions recur with every step.
#include "goodhart/analysis/reproduction.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace goodhart {
namespace {

std::string name_at(const Coordinate& axis, std::size_t position) {
  if (const auto* names = std::get_if<std::vector<std::string>>(&axis.values)) return (*names)[position];
  return std::to_string(std::get<std::vector<std::int64_t>>(axis.values)[position]);
}

/// The names along the axes of a variable but step, the last of which runs fastest.
std::vector<std::string> names_at(const Folder& folder, const Variable& variable, std::size_t position) {
  std::vector<std::string> names;
  for (std::size_t a = variable.axes.size(); a-- > 0;) {
    if (variable.axes[a] == "step") continue;
    const Coordinate& axis = axis_of(folder, variable.axes[a]);
    names.insert(names.begin(), name_at(axis, position % axis.size()));
    position /= axis.size();
  }
  return names;
}

bool has_steps(const Variable& variable) {
  return !variable.axes.empty() && variable.axes.front() == "step";
}

/// The same bits, or NaN both: a file knows one NaN only.
bool is_same(double one, double other) {
  return (std::isnan(one) && std::isnan(other)) ||
         std::bit_cast<std::uint64_t>(one) == std::bit_cast<std::uint64_t>(other);
}

double relative_difference(double stored, double again, double scale) {
  if (!std::isfinite(stored) || !std::isfinite(again)) return std::numeric_limits<double>::infinity();
  if (stored == again) return 0;  // zeros of either sign
  constexpr double kShareOfScale = 1e-3;
  const double size = std::max({std::fabs(stored), std::fabs(again), kShareOfScale * scale});
  return std::fabs(stored / size - again / size);  // as it cannot overflow
}

}  // namespace

Reproducing::Reproducing(const Results& results) : results_(results), root_(results.layout.folders.front()) {
  steps_ = axis_of(root_, "step").size();
  scale_.resize(root_.variables.size());
  results.each_replicate(0, results.replicates(), [&](std::span<const RunRecord> runs) {
    for (const RunRecord& run : runs) gauge(run);
  });
  told_.has_digest = !results.digest.empty();
  told_.has_means = results.whole_means;
  told_.has_panels = results.scenario.record.employees.has_value() || results.scenario.record.teams;
}

void Reproducing::gauge(const RunRecord& run) {
  for (std::size_t v = 0; v < root_.variables.size(); ++v) {
    std::vector<double>& scale = scale_[v];
    const std::vector<double>& values = run.data[0][v];
    if (scale.empty()) scale.assign(has_steps(root_.variables[v]) ? values.size() / steps_ : values.size(), 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      double& largest = scale[i % scale.size()];
      if (std::isfinite(values[i])) largest = std::max(largest, std::fabs(values[i]));
    }
  }
}

void Reproducing::take(const RunRecord& stored, const RunRecord& again) {
  const bool failed_then = !stored.failure.empty(), failed_now = !again.failure.empty();
  ++told_.compared;
  if (failed_then != failed_now || stored.seed != again.seed) {
    ++told_.differing;
    const bool by_status = failed_then != failed_now;
    add({.variable = by_status ? "status" : "seed",
         .policy = results_.scenario.policies.entries[static_cast<std::size_t>(again.policy)].name,
         .replicate = again.replicate,
         .step = std::nullopt,
         .of = {},
         .stored = by_status ? static_cast<double>(failed_then) : static_cast<double>(stored.seed),
         .again = by_status ? static_cast<double>(failed_now) : static_cast<double>(again.seed),
         .relative = std::numeric_limits<double>::infinity()});
  }
  if (failed_then && failed_now) ++told_.failed;
  if (failed_then || failed_now) return;
  for (std::size_t v = 0; v < root_.variables.size(); ++v) compare(v, false, stored, again);
  for (std::size_t v = 0; results_.whole_means && v < root_.variables.size(); ++v) compare(v, true, stored, again);
}

void Reproducing::compare(std::size_t variable, bool means, const RunRecord& stored, const RunRecord& again) {
  const std::vector<double>& then = means ? stored.averages[variable] : stored.data[0][variable];
  const std::vector<double>& now = means ? again.averages[variable] : again.data[0][variable];
  const Variable& about = root_.variables[variable];
  told_.compared += then.size();
  for (std::size_t i = 0; i < then.size(); ++i) {
    if (is_same(then[i], now[i])) continue;
    ++told_.differing;
    const std::size_t width = scale_[variable].size();
    const double relative = relative_difference(then[i], now[i], scale_[variable][i % width]);
    if (relative <= kLastBits && told_.largest && relative <= told_.largest->relative) continue;
    std::optional<std::int64_t> step;
    if (!means && has_steps(about)) {
      step = std::get<std::vector<std::int64_t>>(axis_of(root_, "step").values)[i / width];
    }
    add({.variable = (means ? "means/" : "") + about.name,
         .policy = results_.scenario.policies.entries[static_cast<std::size_t>(again.policy)].name,
         .replicate = again.replicate,
         .step = step,
         .of = names_at(root_, about, i % width),
         .stored = then[i],
         .again = now[i],
         .relative = relative});
  }
}

void Reproducing::add(Discrepancy discrepancy) {
  if (discrepancy.relative > kLastBits) {
    // Within a run variables come one after the other; the first place is the one of the first step.
    const auto is_of = [&](const Discrepancy& other) {
      return other.policy == discrepancy.policy && other.replicate == discrepancy.replicate;
    };
    const bool earlier = told_.first && is_of(*told_.first) && discrepancy.step && told_.first->step &&
                         *discrepancy.step < *told_.first->step;
    if (!told_.first || earlier) told_.first = discrepancy;
  }
  if (!told_.largest || discrepancy.relative > told_.largest->relative) told_.largest = std::move(discrepancy);
}

Reproduction Reproducing::finish(const std::string& digest) {
  using Verdict = Reproduction::Verdict;
  told_.digests_fit = told_.has_digest && digest == results_.digest;
  // Equal numbers under another digest: the file has none, or is older and has fewer variables; else what differs is
  // where nobody has looked number by number.
  const bool explained = told_.digests_fit || !told_.has_digest || (!told_.has_means && !told_.has_panels);
  told_.verdict = told_.first           ? Verdict::different
                  : told_.differing > 0 ? Verdict::last_bits
                  : explained           ? Verdict::equal
                                        : Verdict::different;
  return std::move(told_);
}

}  // namespace goodhart
