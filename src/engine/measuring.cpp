/// Stage 4 of a step: what is read of efforts.
#include <algorithm>
#include <cmath>

#include "columns.hpp"
#include "producing.hpp"
#include "stages.hpp"

namespace goodhart {

void measure(const Run& run, Sheet& sheet, std::size_t block) {
  State& state = run.state;
  const InForce& force = run.force;
  Sums& sums = state.sums[block];
  const std::size_t begin = sheet.begin, count = sheet.count, n = state.roster.size;
  const bool kept = state.kept(sheet.strip);
  if (!kept) sum_values(run, sheet);
  const Moments& values = state.made[sheet.strip].values;
  for (std::size_t j = 0; j < index(run.constants.metrics); ++j) {
    const Metric& metric = force.setting->metrics.entries[j].value;
    const Column& scale = run.people.metrics[j].scale;
    double* const reading = sheet.reading[j];
    const double* const plain = kept ? state.plain[j].data() + begin : reading;
    if (force.keeps_plain[j] && !kept) std::copy_n(reading, count, state.plain[j].data() + begin);
    if (scale.always(0) || !run.constants.mechanisms.regressional) {
      if (kept) std::copy_n(plain, count, reading);
    } else {
      const double shared = std::sqrt(metric.common) * force.common[j], rest = std::sqrt(1 - metric.common);
      standard_noise(metric.noise, run.constants.noise[j], run.constants.luck.replicate, state.next, begin,
                     std::span(sheet.noise.data(), count));
      columns::add_noise(reading, plain, sheet.of(scale), shared, rest, sheet.noise.data(), count);
    }
    // The contribution that the reading is of: this step's, or the one `delay` steps ago.
    const double* contribution = sheet.contribution;
    if (metric.delay > 0) {
      double* ring = state.contributed[j].data() + state.slot(state.next, metric.delay) * n + begin;
      std::copy_n(ring, count, state.read_contribution[j].data() + begin);
      std::copy_n(contribution, count, ring);
      contribution = state.read_contribution[j].data() + begin;
    }
    // Where that is the value, its own moments are known.
    sums.metric[j].add(contribution == sheet.value ? columns::moments(reading, contribution, values, count)
                                                   : columns::moments(reading, contribution, count));
    if (const auto* level = std::get_if<ShareAbove>(&metric.dashboard)) {
      if (force.bent_above.empty()) {
        sums.above[j] += columns::at_least(reading, level->level, count);
      } else {
        for (std::size_t at = 0; at < count; ++at) sums.above[j] += reading[at] >= force.bent_above[j][begin + at];
      }
    }
  }
}

void gather(const Run& run) {
  State& state = run.state;
  for (std::size_t j = 0; j < index(run.constants.metrics); ++j) {
    const Level level = run.constants.level[j];
    if (level == Level::individual) continue;
    const auto mean = [&](const std::vector<double>& members, std::vector<double>& units) {
      std::fill(units.begin(), units.end(), 0.0);
      for (std::size_t i = 0; i < state.roster.size; ++i) units[state.unit_of(level, i)] += members[i];
      for (std::size_t u = 0; u < units.size(); ++u) units[u] /= state.members(level, u);
    };
    mean(state.reading[j], state.level_reading[j]);
    if (run.force.keeps_plain[j]) mean(state.plain[j], state.level_plain[j]);
  }
}

}  // namespace goodhart
