/// The interior-point method for the relaxations of branch and bound.
#include "concave_quadratic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace goodhart::detail {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A gap between the bound and what is attained that is but rounding, of numbers of size 1.
constexpr double kClosed = 1e-13;

/// The state of a hinge: v + shortfall - excess = level, shortfall and excess at least 0, 0 <= dual <= cost.
struct HingeState {
  double shortfall = 0;
  double excess = 0;
  double dual = 0;
  double shortfall_step = 0;
  double excess_step = 0;
  double dual_step = 0;
  // Of the round.
  double weight = 0;
  double pull = 0;
  double per_dual = 0;
  double per_left = 0;
};

/// The longest step in (0, 1] along `step` that keeps `value` positive.
void limit(double& length, double value, double step) {
  if (0.995 * value < -length * step) length = -0.995 * value / step;
}

/// What a channel reads at x, where it points, and what its hinges make of it together.
struct ChannelState {
  Vector loading, bend, direction;
  double reading = 0, dual = 0, weight = 0, force = 0, along = 0;
};

}  // namespace

ConcaveSolution maximize(const ConcaveQuadratic& problem, double cutoff) {
  const Index n = problem.linear.size();
  ScratchVector<ChannelState> channels(problem.channels.size());
  for (std::size_t c = 0; c < channels.size(); ++c) {
    channels[c].loading = problem.channels[c].loading;
    channels[c].bend = problem.channels[c].bend;
    channels[c].direction.resize(n);
  }
  ConcaveSolution best;
  best.x = problem.low;
  best.bound = kInfinity;
  const bool budgeted = problem.budget < kInfinity;
  const double least_time = problem.time.dot(problem.low);
  const double span_time = problem.time.dot(problem.high - problem.low);
  if (budgeted && least_time > problem.budget * (1 + 1e-14)) {
    best.feasible = false;
    best.bound = -kInfinity;
    return best;
  }

  // Bounds that coincide fix an effort: its step is held at 0.
  std::array<bool, kMostActivities> fixed_at{};
  const auto fixed = [&](Index k) -> bool& { return fixed_at[static_cast<std::size_t>(k)]; };
  int free = 0;
  for (Index k = 0; k < n; ++k) {
    fixed(k) = !(problem.high(k) - problem.low(k) > 1e-14 * (1 + std::fabs(problem.high(k))));
    if (!fixed(k)) ++free;
  }
  if (budgeted && problem.budget - least_time <= 1e-15 * problem.budget) {
    fixed_at.fill(true);
    free = 0;
  }

  // Start well inside.
  double share = 0.5;
  if (budgeted && span_time > 0) share = std::min(share, 0.5 * (problem.budget - least_time) / span_time);
  Vector x = problem.low;
  for (Index k = 0; k < n; ++k) {
    if (!fixed(k)) x(k) += share * (problem.high(k) - problem.low(k));
  }
  const auto look = [&] {
    for (ChannelState& channel : channels) {
      double reading = 0, lost = 0;
      for (Index k = 0; k < n; ++k) {
        reading += channel.loading(k) * x(k);
        lost += channel.bend(k) * (x(k) * x(k));
        channel.direction(k) = channel.loading(k) - channel.bend(k) * x(k);
      }
      channel.reading = reading - 0.5 * lost;
    }
  };
  // ... and on the central path: all products of a distance and its dual equal.
  look();
  Vector gradient = problem.linear - problem.hessian * x;
  Vector force = gradient.magnitudes();
  for (const Hinge& hinge : problem.hinges) {
    const ChannelState& channel = channels[hinge.channel];
    if (channel.reading < hinge.level) force.add(hinge.cost, channel.direction.magnitudes());
  }
  double target = 1e-9;
  for (Index k = 0; k < n; ++k) {
    if (!fixed(k)) target = std::max(target, force(k) * (problem.high(k) - problem.low(k)));
  }
  Vector low_dual = Vector::zero(n);
  Vector high_dual = Vector::zero(n);
  Vector low_step = Vector::zero(n);
  Vector high_step = Vector::zero(n);
  for (Index k = 0; k < n; ++k) {
    if (fixed(k)) continue;
    low_dual(k) = target / (x(k) - problem.low(k));
    high_dual(k) = target / (problem.high(k) - x(k));
  }
  const bool bind = budgeted && free > 0 && least_time + span_time > problem.budget;
  double budget_dual = bind ? target / (problem.budget - problem.time.dot(x)) : 0.0;
  double budget_step = 0;
  ScratchVector<HingeState> states(problem.hinges.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const Hinge& hinge = problem.hinges[i];
    const double pull = hinge.cost * (hinge.level - channels[hinge.channel].reading);
    // target / (cost - dual) - target / dual = what is missing, a quadratic equation in the dual.
    const double root = std::hypot(pull, 2 * target);
    const double share_of_cost = pull > 0 ? 1 + pull / (root + 2 * target)
                                          : (2 * target + 4 * target * target / (root - pull)) / (root + 2 * target);
    HingeState& s = states[i];
    s.dual = std::clamp(0.5 * hinge.cost * share_of_cost, 1e-12 * hinge.cost, (1 - 1e-12) * hinge.cost);
    s.shortfall = target / (hinge.cost - s.dual);
    s.excess = target / s.dual;
  }

  Matrix system;
  Vector lagrangian_gradient, bent, dx, rhs;
  double value = 0, bound = 0;  // the objective at x and its Lagrangian bound
  double gap = 0;               // the sum of all products of a distance and its dual
  int pairs = 0;                // so many
  const auto look_and_keep = [&](bool first) {
    look();
    for (ChannelState& channel : channels) channel.dual = 0;
    bent = problem.hessian * x;
    gradient = problem.linear - bent;
    value = bound = problem.constant + problem.linear.dot(x) - 0.5 * x.dot(bent);
    lagrangian_gradient = gradient;
    gap = 0;
    pairs = 2 * free;
    for (std::size_t i = 0; i < states.size(); ++i) {
      const Hinge& hinge = problem.hinges[i];
      ChannelState& channel = channels[hinge.channel];
      const double v = channel.reading;
      value -= hinge.cost * std::max(0.0, hinge.level - v);
      bound += states[i].dual * (v - hinge.level);
      channel.dual += states[i].dual;
      gap += states[i].excess * states[i].dual + states[i].shortfall * (hinge.cost - states[i].dual);
      pairs += 2;
    }
    for (const ChannelState& channel : channels) lagrangian_gradient.add(channel.dual, channel.direction);
    if (bind) {
      const double spare = problem.budget - problem.time.dot(x);
      bound += budget_dual * spare;
      lagrangian_gradient.add(-budget_dual, problem.time);
      gap += budget_dual * spare;
      ++pairs;
    }
    for (Index k = 0; k < n; ++k) {
      bound +=
          std::max(lagrangian_gradient(k) * (problem.high(k) - x(k)), lagrangian_gradient(k) * (problem.low(k) - x(k)));
      if (fixed(k)) continue;
      gap += low_dual(k) * (x(k) - problem.low(k)) + high_dual(k) * (problem.high(k) - x(k));
    }
    if (first || (value > best.value && !(budgeted && problem.time.dot(x) > problem.budget))) {
      best.value = value;
      best.x = x;
    }
    if (first || bound < best.bound) {
      best.bound = bound;
      best.pull = lagrangian_gradient;
    }
  };
  double last_length = 0;
  for (int round = 0; round < 80; ++round) {
    look_and_keep(round == 0);
    const double spare = budgeted ? problem.budget - problem.time.dot(x) : kInfinity;
    if (free == 0 || best.bound - best.value <= kClosed * (1 + std::fabs(best.value))) break;
    if (best.bound < cutoff) break;
    if (!(gap > 0) || !std::isfinite(gap)) break;
    target = gap / std::max(1, pairs) * (last_length > 0.9 ? 0.03 : (last_length > 0.5 ? 0.15 : 0.5));

    // Newton's system with everything but x eliminated.
    system = problem.hessian;
    rhs = gradient;
    for (Index k = 0; k < n; ++k) {
      if (fixed(k)) continue;
      const double below = x(k) - problem.low(k);
      const double above = problem.high(k) - x(k);
      system(k, k) += low_dual(k) / below + high_dual(k) / above;
      rhs(k) += target / below - target / above;
    }
    if (bind) {
      system.add_square(budget_dual / spare, problem.time);
      rhs.add(-(target / spare), problem.time);
    }
    for (ChannelState& channel : channels) channel.weight = channel.force = 0;
    for (std::size_t i = 0; i < states.size(); ++i) {
      const Hinge& hinge = problem.hinges[i];
      ChannelState& channel = channels[hinge.channel];
      HingeState& s = states[i];
      const double left = hinge.cost - s.dual;
      s.per_dual = 1 / s.dual;
      s.per_left = 1 / left;
      s.weight = 1 / (s.shortfall * s.per_left + s.excess * s.per_dual);
      s.pull = hinge.level - channel.reading + target * (s.per_dual - s.per_left);
      channel.weight += s.weight;
      channel.force += s.dual + s.weight * s.pull;
    }
    for (const ChannelState& channel : channels) {
      system.add_square(channel.weight, channel.direction);
      system.add_diagonal(channel.dual, channel.bend);
      rhs.add(channel.force, channel.direction);
    }
    for (Index k = 0; k < n; ++k) {
      if (!fixed(k)) continue;
      for (Index l = 0; l < n; ++l) system(k, l) = system(l, k) = 0;
      system(k, k) = 1;
      rhs(k) = 0;
    }
    dx = solve_symmetric(system, rhs);
    if (!dx.finite()) break;

    // Steps of the other unknowns, and the longest step that stays inside.
    double primal = 1;
    double dual = 1;
    for (Index k = 0; k < n; ++k) {
      if (fixed(k)) continue;
      const double below = x(k) - problem.low(k);
      const double above = problem.high(k) - x(k);
      low_step(k) = (target - low_dual(k) * dx(k)) / below - low_dual(k);
      high_step(k) = (target + high_dual(k) * dx(k)) / above - high_dual(k);
      limit(primal, below, dx(k));
      limit(primal, above, -dx(k));
      limit(dual, low_dual(k), low_step(k));
      limit(dual, high_dual(k), high_step(k));
    }
    if (bind) {
      const double use = problem.time.dot(dx);
      budget_step = (target + budget_dual * use) / spare - budget_dual;
      limit(primal, spare, -use);
      limit(dual, budget_dual, budget_step);
    }
    for (ChannelState& channel : channels) channel.along = channel.direction.dot(dx);
    for (std::size_t i = 0; i < states.size(); ++i) {
      const Hinge& hinge = problem.hinges[i];
      HingeState& s = states[i];
      const double left = hinge.cost - s.dual;
      s.dual_step = s.weight * (s.pull - channels[hinge.channel].along);
      s.excess_step = (target - s.excess * s.dual_step) * s.per_dual - s.excess;
      s.shortfall_step = (target + s.shortfall * s.dual_step) * s.per_left - s.shortfall;
      limit(primal, s.excess, s.excess_step);
      limit(primal, s.shortfall, s.shortfall_step);
      limit(dual, s.dual, s.dual_step);
      limit(dual, left, -s.dual_step);
    }
    // One common length: a quadratic's dual feasibility is kept only then.
    const double length = std::min(primal, dual);
    last_length = length;
    if (length < 1e-10) break;
    for (Index k = 0; k < n; ++k) {
      if (fixed(k)) continue;
      x(k) = std::clamp(x(k) + length * dx(k), problem.low(k), problem.high(k));
      low_dual(k) += length * low_step(k);
      high_dual(k) += length * high_step(k);
      if (!(x(k) > problem.low(k)) || !(x(k) < problem.high(k))) fixed(k) = true, --free;
    }
    if (bind) budget_dual += length * budget_step;
    for (HingeState& s : states) {
      s.dual += length * s.dual_step;
      s.excess += length * s.excess_step;
      s.shortfall += length * s.shortfall_step;
    }
    if (bind && !(problem.budget - problem.time.dot(x) > 0)) break;
  }
  if (free == 0 || best.bound < cutoff || best.bound - best.value <= kClosed * (1 + std::fabs(best.value))) return best;

  // What is left of the gap is rounding: near the end distances are tiny and their duals are quotients of tiny numbers,
  // so the Lagrangian's gradient, which the bound multiplies by the widths of the box, does not get smaller. What is
  // active is known by then; Newton's method on that alone, whose system is well conditioned, makes the gradient 0.
  const double worth = 1 + std::fabs(best.value);
  std::array<Index, kMostActivities> inner{};
  Index inners = 0;
  for (Index k = 0; k < n; ++k) {
    const double width = problem.high(k) - problem.low(k), below = x(k) - problem.low(k),
                 above = problem.high(k) - x(k);
    if (fixed(k)) continue;
    if (low_dual(k) * width * width > worth * below) {
      x(k) = problem.low(k);
    } else if (high_dual(k) * width * width > worth * above) {
      x(k) = problem.high(k);
    } else {
      inner[static_cast<std::size_t>(inners++)] = k;
    }
  }
  ScratchVector<std::size_t> active;
  for (std::size_t i = 0; i < states.size(); ++i) {
    HingeState& s = states[i];
    const double cost = problem.hinges[i].cost, left = cost - s.dual;
    if (s.excess * cost * cost >= worth * s.dual) {
      s.dual = 0;
    } else if (s.shortfall * cost * cost >= worth * left) {
      s.dual = cost;
    } else {
      active.push_back(i);
    }
  }
  const bool full =
      bind && budget_dual * problem.budget * problem.budget > worth * (problem.budget - problem.time.dot(x));
  if (!full) budget_dual = 0;
  const auto actives = static_cast<Index>(active.size()), rows = inners + actives + (full ? 1 : 0);
  if (inners == 0 || rows > LargeMatrix::kMost) return best;
  for (int round = 0; round < 3; ++round) {
    look_and_keep(false);
    if (best.bound < cutoff || best.bound - best.value <= kClosed * worth) break;
    LargeMatrix large = LargeMatrix::zero(rows);
    LongVector wanted = LongVector::zero(rows);
    system = problem.hessian;
    for (const ChannelState& channel : channels) system.add_diagonal(channel.dual, channel.bend);
    for (Index a = 0; a < inners; ++a) {
      const Index k = inner[static_cast<std::size_t>(a)];
      wanted(a) = lagrangian_gradient(k);
      for (Index b = 0; b < inners; ++b) large(a, b) = system(k, inner[static_cast<std::size_t>(b)]);
      for (Index h = 0; h < actives; ++h) {
        const ChannelState& channel = channels[problem.hinges[active[static_cast<std::size_t>(h)]].channel];
        large(a, inners + h) = large(inners + h, a) = -channel.direction(k);
      }
      if (full) large(a, rows - 1) = large(rows - 1, a) = problem.time(k);
    }
    for (Index h = 0; h < actives; ++h) {
      const Hinge& hinge = problem.hinges[active[static_cast<std::size_t>(h)]];
      wanted(inners + h) = channels[hinge.channel].reading - hinge.level;
    }
    if (full) wanted(rows - 1) = problem.budget - problem.time.dot(x);
    const LongVector step = solve_least_squares(large, wanted);
    if (!step.finite()) break;
    for (Index a = 0; a < inners; ++a) {
      const Index k = inner[static_cast<std::size_t>(a)];
      x(k) = std::clamp(x(k) + step(a), problem.low(k), problem.high(k));
    }
    for (Index h = 0; h < actives; ++h) {
      const std::size_t i = active[static_cast<std::size_t>(h)];
      states[i].dual = std::clamp(states[i].dual + step(inners + h), 0.0, problem.hinges[i].cost);
    }
    if (full) budget_dual = std::max(0.0, budget_dual + step(rows - 1));
  }
  return best;
}

}  // namespace goodhart::detail
