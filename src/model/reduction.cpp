/// What matters of a decision: open activities, curved rewards, finite bounds; and how ties are settled.
#include "reduction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "goodhart/core/errors.hpp"
#include "sigmoid.hpp"
#include "small_matrix.hpp"

namespace goodhart::detail {

double read(const Decision& decision, int j, const PerActivity& efforts) {
  const Reading& reading = decision.reading[static_cast<std::size_t>(j)];
  double y = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    y += (reading.loading[k] - 0.5 * reading.bend[k] * efforts[k]) * efforts[k];
  }
  return y;
}

double interaction_between(const Decision& decision, int k, int l) {
  return decision.interaction == nullptr ? 0.0 : decision.interaction[k * decision.activities + l];
}

bool wins_tie(const Decision& decision, const PerActivity& a, const PerActivity& b) {
  constexpr double kSame = 1e-9;
  double gaming = 0;
  double hours = 0;
  double size = 1;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    const double more = decision.time[k] * (a[k] - b[k]);
    hours += more;
    if ((decision.gaming >> k & 1U) != 0) gaming += more;
    size += decision.time[k] * a[k];
  }
  if (std::fabs(gaming) > kSame * size) return gaming < 0;
  if (std::fabs(hours) > kSame * size) return hours < 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    if (std::fabs(a[k] - b[k]) > kSame * size) return a[k] > b[k];
  }
  return false;
}

Reach reach_of(const Reduced& reduced, const Reading& reading) {
  Reach reach;
  double best_per_time = 0;
  double worst_per_time = 0;
  for (int i = 0; i < reduced.size; ++i) {
    const auto k = static_cast<std::size_t>(reduced.activity[static_cast<std::size_t>(i)]);
    const auto s = static_cast<std::size_t>(i);
    const double l = reading.loading[k];
    const double q = reading.bend[k];
    const double u = reduced.most[s];
    if (l == 0 && q == 0) continue;
    const double top = q > 0 ? std::min(u, std::max(0.0, l / q)) : (l > 0 ? u : 0.0);
    if (top > 0) reach.high += top == kInfinity ? kInfinity : (l - 0.5 * q * top) * top;
    if (u == kInfinity) {
      if (q > 0 || l < 0) reach.low = -kInfinity;
    } else {
      reach.low += std::min(0.0, (l - 0.5 * q * u) * u);
    }
    best_per_time = std::max(best_per_time, l / reduced.time[s]);
    worst_per_time = q > 0 ? -kInfinity : std::min(worst_per_time, l / reduced.time[s]);
  }
  if (reduced.budget < kInfinity) {
    reach.high = std::min(reach.high, best_per_time * reduced.budget);
    if (worst_per_time > -kInfinity) reach.low = std::max(reach.low, worst_per_time * reduced.budget);
  }
  return reach;
}

namespace {

enum class Form { flat, straight, curved };

/// The form of a curve over the readings in reach; a slope of less than a part in 1e19 is none.
Form form_over(const Sigmoid& curve, Reach reach) {
  if (curve.weight == 0) return Form::flat;
  const double a = curve.sign > 0 ? reach.low : -reach.high;
  const double b = curve.sign > 0 ? reach.high : -reach.low;
  if (curve.rise) return b <= curve.low || a >= curve.high ? Form::flat : Form::curved;
  const double blur = 9 * curve.noise;
  if (curve.step) {
    if (curve.noise > 0) return a > curve.low + blur || b < curve.low - blur ? Form::flat : Form::curved;
    // The most that is in reach is known up to rounding only, and a rival may have made just that.
    const double rim = 1e-15 * std::max(std::fabs(b), std::fabs(curve.low));
    return a >= curve.low || b < curve.low - rim ? Form::flat : Form::curved;
  }
  if (b <= curve.low - blur || a >= curve.high + blur) return Form::flat;
  if (a >= curve.low + blur && b <= curve.high - blur) return Form::straight;
  return Form::curved;
}

}  // namespace

Reduced reduce(const Decision& decision) {
  Reduced reduced;
  reduced.budget = std::max(0.0, decision.budget);
  reduced.strain = decision.strain;
  reduced.slack = decision.slack;

  // Open activities, with the tightest cap.
  for (int k = 0; k < decision.activities; ++k) {
    const auto s = static_cast<std::size_t>(k);
    const double most = std::min(decision.most[s], reduced.budget / decision.time[s]);
    if (!(most > 0)) continue;
    const auto i = static_cast<std::size_t>(reduced.size++);
    reduced.activity[i] = k;
    reduced.linear[i] = decision.linear[s];
    reduced.curvature[i] = decision.curvature[s];
    reduced.time[i] = decision.time[s];
    reduced.felt_time[i] = decision.felt_time[s];
    reduced.most[i] = most;
    reduced.gaming_time[i] = (decision.gaming >> k & 1U) != 0 ? decision.time[s] : 0.0;
    if (decision.strain > 0 && decision.felt_time[s] != decision.time[s]) reduced.felt_alike = false;
    if (most == kInfinity) reduced.open_ended = true;
  }
  if (decision.interaction != nullptr) {
    for (int i = 0; i < reduced.size; ++i) {
      for (int l = i + 1; l < reduced.size; ++l) {
        if (interaction_between(decision, reduced.activity[static_cast<std::size_t>(i)],
                                reduced.activity[static_cast<std::size_t>(l)]) != 0) {
          reduced.interacting = true;
        }
      }
    }
  }

  // Readings with curved rewards; straight rewards on the others become part of the quadratic.
  if (!decision.curves.empty() && reduced.size > 0) {
    std::array<Reach, kMostReadings> reach;
    std::array<bool, kMostReadings> live{};
    for (int j = 0; j < decision.readings; ++j) {
      reach[static_cast<std::size_t>(j)] = reach_of(reduced, decision.reading[static_cast<std::size_t>(j)]);
    }
    for (const Curve& curve : decision.curves) {
      const auto j = static_cast<std::size_t>(curve.reading);
      if (!live[j] && form_over(Sigmoid(curve), reach[j]) == Form::curved) live[j] = true;
    }
    for (const Curve& curve : decision.curves) {
      const auto j = static_cast<std::size_t>(curve.reading);
      if (live[j] || form_over(Sigmoid(curve), reach[j]) != Form::straight) continue;
      for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
        const auto k = static_cast<std::size_t>(reduced.activity[i]);
        reduced.linear[i] += curve.weight * decision.reading[j].loading[k];
        reduced.curvature[i] += curve.weight * decision.reading[j].bend[k];
      }
    }
    for (int j = 0; j < decision.readings; ++j) {
      if (live[static_cast<std::size_t>(j)]) reduced.reading[static_cast<std::size_t>(reduced.live++)] = j;
    }
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
    if (reduced.curvature[i] < 0) reduced.concave = false;
  }
  return reduced;
}

bool confine(const Decision& decision, Reduced& reduced, bool& assumed) {
  assumed = false;
  std::array<std::size_t, kMostActivities> open;
  int count = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
    if (reduced.most[i] == kInfinity) open[static_cast<std::size_t>(count++)] = i;
  }
  if (count == 0) return true;

  // Over the open-ended efforts x, U <= start + growth . x - x' form x / 2. Rewards grow at most linearly in a reading,
  // and a reading at most linearly upwards; what falls without end in a bent reading is taken from the form.
  Matrix form(count);
  Vector growth(count);
  double start = 0.5 * reduced.strain * reduced.slack * reduced.slack;
  double reach = 1;
  bool lost = false;
  for (int a = 0; a < count; ++a) {
    const std::size_t i = open[static_cast<std::size_t>(a)];
    const auto k = static_cast<std::size_t>(reduced.activity[i]);
    for (int b = 0; b < count; ++b) {
      const std::size_t l = open[static_cast<std::size_t>(b)];
      form(a, b) =
          reduced.strain * reduced.felt_time[i] * reduced.felt_time[l] +
          (a == b ? reduced.curvature[i] : interaction_between(decision, reduced.activity[i], reduced.activity[l]));
    }
    growth(a) = std::max(0.0, reduced.linear[i] + reduced.strain * reduced.slack * reduced.felt_time[i]);
    // The slope of U along this effort alone, in the long run.
    double drift = reduced.linear[i];
    for (std::size_t other = 0; other < static_cast<std::size_t>(reduced.size); ++other) {
      if (reduced.most[other] < kInfinity) {
        growth(a) += std::max(0.0, -interaction_between(decision, reduced.activity[i], reduced.activity[other])) *
                     reduced.most[other];
      }
    }
    for (const Curve& curve : decision.curves) {
      const Reading& reading = decision.reading[static_cast<std::size_t>(curve.reading)];
      const Sigmoid sigmoid(curve);
      bool live = false;
      for (int m = 0; m < reduced.live; ++m) {
        if (reduced.reading[static_cast<std::size_t>(m)] == curve.reading) live = true;
      }
      if (!live || sigmoid.weight == 0) continue;
      const double along = sigmoid.sign * reading.loading[k];
      if (!sigmoid.bounded()) {
        growth(a) += sigmoid.weight * std::fabs(along);
        if (sigmoid.sign < 0 && sigmoid.high == kInfinity) form(a, a) -= sigmoid.weight * reading.bend[k];
        const double direction = reading.bend[k] > 0 ? -sigmoid.sign : along;
        if (direction > 0 && sigmoid.high == kInfinity) drift += sigmoid.weight * along;
        if (direction < 0 && sigmoid.low == -kInfinity) drift += sigmoid.weight * along;
      }
      for (const double level : {sigmoid.low, sigmoid.high}) {
        if (std::isfinite(level) && along != 0) {
          reach = std::max(reach, 100 * (std::fabs(level) + 40 * sigmoid.noise + 1) / std::fabs(along));
        }
      }
    }
    if (form(a, a) < 0 || (form(a, a) == 0 && drift > 0)) lost = true;
  }
  if (lost) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
    if (reduced.most[i] < kInfinity) start += std::fabs(reduced.linear[i]) * reduced.most[i];
  }
  for (const Curve& curve : decision.curves) {
    const Sigmoid sigmoid(curve);
    start += sigmoid.bounded() ? sigmoid.weight : 0.0;
    if (!sigmoid.bounded()) {
      for (const double level : {sigmoid.low, sigmoid.high}) {
        if (std::isfinite(level)) start += 2 * sigmoid.weight * (std::fabs(level) + sigmoid.noise);
      }
      double steady = 0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
        const Reading& reading = decision.reading[static_cast<std::size_t>(curve.reading)];
        const auto k = static_cast<std::size_t>(reduced.activity[i]);
        const double u = reduced.most[i];
        if (u < kInfinity) steady += (std::fabs(reading.loading[k]) + reading.bend[k] * u) * u;
      }
      start += sigmoid.weight * steady;
    }
  }

  // x' form x >= least |x|^2 for x >= 0, from the eigenvalues or from entries that are nowhere negative.
  double least = least_eigenvalue(form);
  double entry = kInfinity;
  for (int a = 0; a < count; ++a) {
    for (int b = 0; b < count; ++b) entry = std::min(entry, a == b ? kInfinity : form(a, b));
  }
  if (entry >= 0) least = std::max(least, form.least_on_diagonal());
  double radius = 0;
  if (least > 1e-12 * form.greatest_on_diagonal() && least > 0) {
    const double push = growth.norm();
    radius = (push + std::sqrt(push * push + 4 * least * start)) / least;
  } else {
    // A direction without curvature along which utility seems not to rise: far enough for every level to be in reach.
    assumed = true;
    radius = 1e3 * (reach + growth.norm() + start);
  }
  for (int a = 0; a < count; ++a) reduced.most[open[static_cast<std::size_t>(a)]] = 1.01 * radius + 1;
  return true;
}

namespace {

/// Is all time in one activity what makes most of a reading, and nothing else? Then `at` is that. `sign` is -1 where
/// the least of the reading is meant. The reading must not be convex in that sense.
bool most_in_one_activity(const Decision& decision, const Reading& reading, double sign, PerActivity& at) {
  const auto n = static_cast<std::size_t>(decision.activities);
  for (std::size_t k = 0; k < n; ++k) {
    if (sign * reading.bend[k] < 0) return false;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const double all = decision.budget / decision.time[k];
    if (!(all <= decision.most[k])) continue;
    const double price = sign * (reading.loading[k] - reading.bend[k] * all) / decision.time[k];
    bool alone = price > 0;
    for (std::size_t l = 0; alone && l < n; ++l) {
      alone = l == k || !(decision.most[l] > 0) ||
              sign * reading.loading[l] / decision.time[l] < price - 1e-9 * std::fabs(price);
    }
    if (!alone) continue;
    for (std::size_t l = 0; l < n; ++l) at[l] = l == k ? all : 0.0;
    return true;
  }
  return false;
}

}  // namespace

bool attained_on_a_face(const Decision& decision, const Curve& curve, PerActivity& at) {
  const Sigmoid step(curve);
  if (!step.step || step.noise > 0 || step.weight == 0) return false;
  const Reading& reading = decision.reading[static_cast<std::size_t>(curve.reading)];
  const double budget = std::max(0.0, decision.budget);
  at.fill(-1);
  bool moves = false;
  double highest = 0, size = 0, hours = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    const double most = std::min(decision.most[k], budget / decision.time[k]);
    const double loading = step.sign * reading.loading[k], bend = step.sign * reading.bend[k];
    if (!(most > 0) || (loading == 0 && bend == 0)) continue;
    if (most == kInfinity && !(bend > 0) && !(loading < 0 && bend == 0)) return false;
    const auto share = [&](double x) { return (loading - 0.5 * bend * x) * x; };
    const double top = bend > 0 ? std::clamp(loading / bend, 0.0, most) : (share(most) > 0 ? most : 0.0);
    if (most < kInfinity && bend <= 0 && share(most) == 0) return false;  // both ends do
    at[k] = top;
    moves = true;
    highest += share(top);
    size += (std::fabs(loading) + 0.5 * std::fabs(bend) * top) * top;
    hours += decision.time[k] * top;
  }
  if (!moves) return false;
  if (hours > budget) {
    if (!most_in_one_activity(decision, reading, step.sign, at)) return false;
    highest = size = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
      highest += step.sign * (reading.loading[k] - 0.5 * reading.bend[k] * at[k]) * at[k];
      size += (std::fabs(reading.loading[k]) + 0.5 * reading.bend[k] * at[k]) * at[k];
    }
  }
  return step.low >= highest - 4e-16 * size - 1e-300 && step.low <= highest + 4e-16 * size;
}

bool step_over(const Decision& decision, const Reduced& reduced, PerActivity& efforts, double best) {
  double missed = 0;
  for (const Curve& curve : decision.curves) {
    const Sigmoid s(curve);
    if (!s.step || s.noise > 0) continue;
    const double y = read(decision, curve.reading, efforts), lack = s.low - s.sign * y;
    if (lack > 0 && lack <= 1e-9 * (1 + std::fabs(y))) missed += s.weight;
  }
  if (missed == 0) return false;
  const double own = utility(decision, efforts);
  best = std::max(best, own);
  if (!(own + missed > best + 0.5 * tie_width(best))) return false;
  const auto fits = [&](const PerActivity& plan) {
    double hours = 0;
    for (int i = 0; i < reduced.size; ++i) {
      const auto k = static_cast<std::size_t>(reduced.activity[static_cast<std::size_t>(i)]);
      if (!(plan[k] >= 0 && plan[k] <= reduced.most[static_cast<std::size_t>(i)])) return false;
      hours += decision.time[k] * plan[k];
    }
    return hours <= reduced.budget;
  };
  bool better = false;
  for (double length = 1e-16; length < 1e-6; length *= 2) {  // the shortest that does, first
    for (int up = -1; up < reduced.size; ++up) {
      for (int down = -1; down < reduced.size; ++down) {
        if (up == down) continue;
        PerActivity plan = efforts;
        double hours = length;
        if (down >= 0) {
          const auto k = static_cast<std::size_t>(reduced.activity[static_cast<std::size_t>(down)]);
          hours = std::min(hours, decision.time[k] * efforts[k]);
          plan[k] = std::max(0.0, plan[k] - hours / decision.time[k]);
        }
        if (up >= 0) {
          const auto k = static_cast<std::size_t>(reduced.activity[static_cast<std::size_t>(up)]);
          plan[k] += hours / decision.time[k];
        }
        const double u = utility(decision, plan);
        if (!(u > best + 0.5 * tie_width(best)) || !fits(plan)) continue;
        efforts = plan;
        best = u;
        better = true;
      }
    }
  }
  return better;
}

void give_up(std::size_t parts, const std::string& why) {
  throw RunError(
      fmt::format("what is best for an employee could not be proved in {} parts of what it can do: {}", parts, why));
}

}  // namespace goodhart::detail
