/// What trying for access to an activity is worth: a decision over many steps, solved as one of this step.
///
/// One who has no access gains it at the end of a step with probability h + rate x, h being what comes by itself. It
/// expects each step to be like this one, and access once gained to stay. With u1 the most utility of a step with
/// access, u0(x) that of a plan without, and d its patience, the values V1 and V0 of having access and not obey
///
///   V1 = u1 + d V1,      V0 = max over x of  u0(x) + d (h + rate x) V1 + d (1 - h - rate x) V0.
///
/// So with G = V1 - V0 a unit of trying is worth d rate G, and G solves
///
///   (1 - d) G + d h G + max over x of (u0(x) + d rate x G) = u1,
///
/// whose left side rises in G. Howard's (1960) policy iteration finds it: from the G of one who never tries, the best
/// plan x gives the G of one who always does x, and so on down until nothing changes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "deciding.hpp"

namespace goodhart {

namespace {

/// Below this, relative, two utilities are the same: as exactly as decisions are.
constexpr double kSame = 1e-9;
constexpr int kMostRounds = 100;

}  // namespace

/// What a unit of each activity promises through the access that it may bring; holds what is tried to what is needed to
/// be sure of it. Where several activities can be gained, each is weighed as if it were the only one.
PerActivity hope(Person& me, Decision& decision) {
  const State& state = me.now.state;
  const InForce& force = me.now.force;
  PerActivity hope{};
  if (!force.tries) return hope;
  const Decision as_it_is = decision;
  const bool never_games =
      !me.now.constants.mechanisms.adversarial || closes_gaming(force.behaviour(state.roster, me.i));
  const auto best = [](const Decision& problem, PerActivity& plan) {
    if (decide(problem, plan) == Solved::exactly) return utility(problem, plan);
    return std::numeric_limits<double>::infinity();
  };
  for (std::size_t k = 0; k < index(me.now.constants.activities); ++k) {
    const std::optional<Spread>& spread = force.setting->activities.entries[k].value.spread;
    if (!spread || !spread->trying || (state.access[me.i] >> k & 1u)) continue;
    const Trying& trying = *spread->trying;
    const std::size_t by = index(force.setting->activities.index(trying.by));
    const double seen = spread->imitation == 0
                            ? 0.0
                            : me.now.constants.peers.share(me.i, static_cast<int>(k), state.seen, state.counts,
                                                           state.roster, me.now.constants.activities);
    const double by_itself = std::min(1.0, spread->innovation + spread->imitation * seen);
    Decision without = as_it_is, with = as_it_is;
    without.most[by] = std::min(without.most[by], (1 - by_itself) / trying.rate);
    with.most[k] = me.now.people.activities[k].max[me.i];
    if (me.now.people.activities[k].gaming && never_games) with.most[k] = 0;
    PerActivity plan{};
    const double most = best(with, plan);
    double now = best(without, plan);
    if (!std::isfinite(most) || !std::isfinite(now)) continue;  // the decision itself will say so
    decision.most[by] = std::min(decision.most[by], without.most[by]);
    if (most - now <= kSame * (1 + std::fabs(most))) continue;
    const double stays = 1 - trying.patience * (1 - by_itself), unit = trying.patience * trying.rate;
    double gain = (most - now) / stays;
    for (int round = 0; round < kMostRounds; ++round) {
      Decision hopeful = without;
      hopeful.linear[by] += unit * gain;
      if (!std::isfinite(best(hopeful, plan))) break;
      now = utility(without, plan);
      const double next = (most - now) / (stays + unit * plan[by]);
      const bool settled = next >= gain * (1 - 1e-13);
      gain = std::min(gain, next);
      if (settled) break;
    }
    hope[by] += unit * gain;
  }
  for (std::size_t k = 0; k < hope.size(); ++k) decision.linear[k] += hope[k];
  return hope;
}

}  // namespace goodhart
