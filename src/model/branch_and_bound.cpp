/// Branch and bound for decisions with several curved readings, interactions, or convexity of any kind.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "concave_quadratic.hpp"
#include "contenders.hpp"
#include "goodhart/core/scratch.hpp"
#include "goodhart/model/decision.hpp"
#include "reduction.hpp"
#include "sigmoid.hpp"

namespace goodhart {

namespace {

using detail::ConcaveQuadratic;
using detail::ConcaveSolution;
using detail::Contenders;
using detail::Index;
using detail::kInfinity;
using detail::LargeMatrix;
using detail::LongVector;
using detail::Matrix;
using detail::Reduced;
using detail::Sigmoid;
using detail::Vector;

/// A reading with curved rewards, over the open activities.
struct LiveReading {
  int index = 0;  ///< in the decision
  Vector loading;
  Vector bend;
  bool bent = false;
  bool has_rising = false;
  bool has_falling = false;
  double low = 0;  ///< range over the box of efforts
  double high = 0;
  ScratchVector<double> breaks;  ///< jumps and kinks of rewards without noise, in y
};

bool same(const LiveReading& a, const LiveReading& b) {
  for (Index k = 0; k < a.loading.size(); ++k) {
    if (a.loading(k) != b.loading(k) || a.bend(k) != b.bend(k)) return false;
  }
  return true;
}

struct LiveCurve {
  Sigmoid sigmoid;
  std::size_t reading;  ///< among the live ones
};

/// Part of the plans: those with efforts in a box and readings in intervals.
struct Cell {
  double bound = kInfinity;
  std::array<double, kMostReadings> low;
  std::array<double, kMostReadings> high;
  Vector least;
  Vector most;
};

/// Between two neighbouring breaks of each reading all rewards are smooth.
struct Piece {
  std::array<double, kMostReadings> low;
  std::array<double, kMostReadings> high;
};

/// A concave, non-decreasing overestimator of a sigmoid on [a, b], flat from b on:
/// top - sum_i cost_i max(0, level_i - v).
struct Envelope {
  double top = 0;
  int count = 0;
  std::array<double, 8> level;
  std::array<double, 8> cost;

  double at(double v) const {
    double value = top;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) value -= cost[i] * std::max(0.0, level[i] - v);
    return value;
  }
};

/// A few of the lines of a concave bound of a rise, and so again a bound: the first and the last, and between them
/// where it still has to rise by certain shares.
Envelope tangents(std::span<const Rise::Corner> corners, const Sigmoid& s, double b) {
  Envelope cover;
  const double bottom = corners.front().value, rest = corners.back().value - bottom;
  double slope = 0;  // of the line to the right
  double at = b;     // a place on it, and its value there
  double value = s.weight * corners.back().value;
  cover.top = value;
  std::size_t line = corners.size() - 1;  // the one that ends in corners[line]
  bool first = true;
  for (const double share : {0.0, 0.01, 0.05, 0.15, 0.35, 0.65, 1.0}) {
    while (line > 1 && corners.back().value - corners[line - 1].value < share * rest) --line;
    if (share == 1.0) line = std::min<std::size_t>(line, 1);
    if (line == 0 || corners.size() < 2) break;
    const Rise::Corner& left = corners[line - 1];
    const Rise::Corner& right = corners[line];
    const double steep = s.weight * s.scale * (right.value - left.value) / (right.at - left.at);
    const double here = (right.at - s.offset) / s.scale, there = s.weight * right.value;
    if (!(steep > slope * (1 + 1e-12))) continue;
    if (first) {
      // All that is flat on the right: value at b, falling to the left along the last line.
      cover.level[0] = here;
      cover.top = there;
      cover.cost[0] = steep;
      cover.count = 1;
      first = false;
    } else {
      // Where the two lines meet: value + slope (v - at) = there + steep (v - here).
      const double meet = (there - value - steep * here + slope * at) / (slope - steep);
      cover.level[static_cast<std::size_t>(cover.count)] = meet;
      cover.cost[static_cast<std::size_t>(cover.count++)] = steep - slope;
    }
    slope = steep;
    at = here;
    value = there;
  }
  return cover;
}

/// The least concave overestimator of a sigmoid on [a, b], but for tangents in place of its curved part: a chord from a
/// to where it touches, then tangents. The reading is known but for a `grain`.
Envelope envelope(const Sigmoid& s, double a, double b, double grain, ScratchVector<Rise::Corner>& corners) {
  Envelope cover;
  if (!(b > a)) {
    cover.top = s.value(b);
    return cover;
  }
  if (s.rise) {
    s.rise->cover(s.offset + s.scale * a, s.offset + s.scale * b, corners);
    return tangents(corners, s, b);
  }
  const double middle = 0.5 * (a + b);
  const auto value = [&](double v) { return s.value_from(v, middle); };
  const double negligible = 1e-14 * s.weight * (s.step ? 1.0 / (b - a) : 1.0);
  const auto add = [&](double level, double cost) {
    if (!(cost > negligible)) return;  // leaving a penalty out keeps it an overestimator
    cover.level[static_cast<std::size_t>(cover.count)] = level;
    cover.cost[static_cast<std::size_t>(cover.count++)] = cost;
  };
  if (s.noise == 0) {
    if (s.step) {
      cover.top = a >= s.low || b > s.low ? s.weight : 0.0;
      // The chord ends a little before the jump: else rounding of a reading, where the chord is steep, would make of a
      // plan right at the jump a bad one.
      if (a < s.low - grain && b > s.low) add(s.low - grain, s.weight / (s.low - a));
      return cover;
    }
    const double knee = std::clamp(s.high, a, b);
    cover.top = s.value(b);
    if (knee > a) add(knee, (s.value(knee) - s.value(a)) / (knee - a));
    return cover;
  }

  // Where the chord from a touches: slope(c) (c - a) = value(c) - value(a), c past the turn.
  const double fa = value(a);
  double touch = a;
  if (a < s.turn) {
    const auto excess = [&](double c) { return s.slope_from(c, c) * (c - a) - (value(c) - fa); };
    if (b <= s.turn || excess(b) >= 0) {
      const double fb = value(b);
      cover.top = fb;
      add(b, (fb - fa) / (b - a));
      return cover;
    }
    double least = s.turn;
    double most = b;
    touch = std::min(b, s.turn + 3 * s.noise);
    for (int round = 0; round < 60 && most - least > 1e-12 * (most - a); ++round) {
      const double e = excess(touch);
      (e > 0 ? least : most) = touch;
      const double bend = s.curvature(touch) * (touch - a);
      const double newton = touch - e / bend;
      touch = newton > least && newton < most ? newton : 0.5 * (least + most);
    }
    touch = most;  // a chord that touches a little late is still above the curve
  }

  // Tangents from there on; each meets the next.
  std::array<double, 4> point{touch, touch + 0.7 * s.noise, touch + 1.8 * s.noise, b};
  if (!s.step) {
    const double span = std::max(s.noise, s.high - touch);
    point[1] = std::min(point[1], touch + 0.5 * span);
    point[2] = std::min(touch + span, touch + 0.5 * (b - touch));
    if (point[2] < point[1]) std::swap(point[1], point[2]);
  }
  double at = touch;
  double f = value(at);
  double slope = a < touch ? (f - fa) / (touch - a) : s.slope_from(at, middle);
  for (std::size_t i = 1; i < point.size(); ++i) {
    const double next = i + 1 < point.size() ? point[i] : b;
    if (!(next > at) || next > b || (i + 1 < point.size() && next >= b)) continue;
    const double f_next = value(next);
    const double slope_next = s.slope_from(next, middle);
    if (!(slope_next < slope)) continue;
    // f + slope (v - at) = f_next + slope_next (v - next)
    const double meet = std::clamp((f_next - f + slope * at - slope_next * next) / (slope - slope_next), at, next);
    add(meet, slope - slope_next);
    at = next;
    f = f_next;
    slope = slope_next;
  }
  add(b, slope);
  cover.top = f + slope * (b - at);
  return cover;
}

/// Where the slope of a concave function of a reading falls, and by how much. It is told as a penalty, for falling
/// short of the level (a reward that rises) or for going beyond it (one that falls).
struct Kink {
  double level, cost;
  bool rising;
};

/// What secants stand for in the penalty of a relaxation for more than -level of a reading.
struct Secant {
  std::size_t reading;
  double level;
  Vector curvature;  ///< by effort
};

class BranchAndBound {
 public:
  BranchAndBound(const Decision& decision, const Reduced& reduced)
      : decision_(decision), reduced_(reduced), contenders_(decision) {
    const Index n = reduced.size;
    linear_.resize(n);
    time_.resize(n);
    most_.resize(n);
    own_.resize(n);
    form_.resize(n);
    for (Index i = 0; i < n; ++i) {
      const auto s = static_cast<std::size_t>(i);
      time_(i) = reduced.time[s];
      most_(i) = reduced.most[s];
      own_(i) = reduced.curvature[s];
      linear_(i) = reduced.linear[s] + reduced.strain * reduced.slack * reduced.felt_time[s];
      for (Index l = 0; l < n; ++l) {
        const auto o = static_cast<std::size_t>(l);
        form_(i, l) =
            reduced.strain * reduced.felt_time[s] * reduced.felt_time[o] +
            (i == l ? own_(i) : detail::interaction_between(decision, reduced.activity[s], reduced.activity[o]));
      }
    }

    scale_ = 1e-6 + linear_.magnitudes().dot(most_) + 0.5 * most_.dot(form_.magnitudes() * most_);
    for (int m = 0; m < reduced.live; ++m) {
      LiveReading live;
      live.index = reduced.reading[static_cast<std::size_t>(m)];
      const Reading& reading = decision.reading[static_cast<std::size_t>(live.index)];
      live.loading.resize(n);
      live.bend.resize(n);
      for (Index i = 0; i < n; ++i) {
        const auto k = static_cast<std::size_t>(reduced.activity[static_cast<std::size_t>(i)]);
        const double l = live.loading(i) = reading.loading[k];
        const double q = live.bend(i) = reading.bend[k];
        const double u = most_(i);
        live.bent = live.bent || q > 0;
        const double top = q > 0 ? std::clamp(l / q, 0.0, u) : (l > 0 ? u : 0.0);
        live.high += (l - 0.5 * q * top) * top;
        live.low += std::min(0.0, (l - 0.5 * q * u) * u);
      }
      const double margin = 1e-9 * (1 + std::fabs(live.low) + std::fabs(live.high));
      live.low -= margin;
      live.high += margin;
      // Two metrics may read the same: then they are one.
      std::size_t at = 0;
      while (at < readings_.size() && !same(readings_[at], live)) ++at;
      if (at == readings_.size()) readings_.push_back(live);
      for (const Curve& curve : decision.curves) {
        if (curve.reading == live.index && curve.weight != 0) take_in(Sigmoid(curve), at);
      }
    }
    set_off();
    make_convex();
    for (const LiveReading& live : readings_) makes_up_ = makes_up_ || (live.bent && live.has_falling);
    find_spare();
    for (LiveReading& live : readings_) std::sort(live.breaks.begin(), live.breaks.end());

    // Rewards that the reduction took out may have been worth something at no effort.
    const PerActivity nothing{};
    constant_ = utility(decision, nothing);
    for (const LiveCurve& curve : curves_) constant_ -= curve.sigmoid.value(0);
  }

  /// Adds to `parts`, if there is one, the cells that it looks at.
  void solve(PerActivity& efforts, std::uint64_t* parts) {
    Cell root;
    root.least = Vector::zero(most_.size());
    root.most = most_;
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      root.low[m] = readings_[m].low;
      root.high[m] = readings_[m].high;
    }
    peak_ = climb(root.least, root);
    contend(peak_);
    ScratchVector<Cell> cells{root};
    const auto worse = [](const Cell& a, const Cell& b) { return a.bound < b.bound; };
    for (std::size_t seen = 0; !cells.empty(); ++seen) {
      if (parts != nullptr) ++*parts;
      if (seen == kMostCells) detail::give_up(kMostCells, why_hard());
      std::pop_heap(cells.begin(), cells.end(), worse);
      const Cell cell = cells.back();
      cells.pop_back();
      if (hopeless(cell.bound)) break;
      Cell below;
      Cell above;
      if (!examine(cell, below, above)) continue;
      cells.push_back(below);
      std::push_heap(cells.begin(), cells.end(), worse);
      cells.push_back(above);
      std::push_heap(cells.begin(), cells.end(), worse);
    }
    efforts = contenders_.winner();
    settle(efforts);
  }

 private:
  /// Some hundred are many; ten thousand have not been seen but where numbers are beyond computing.
  static constexpr std::size_t kMostCells = 50'000;

  /// What most likely keeps a search from its end.
  std::string why_hard() const {
    double least = kInfinity, most = 0;
    const auto see = [&](double number) {
      if (number == 0 || !std::isfinite(number)) return;
      least = std::min(least, std::fabs(number));
      most = std::max(most, std::fabs(number));
    };
    for (Index k = 0; k < most_.size(); ++k) see(most_(k) * time_(k));
    for (const LiveCurve& curve : curves_) see(curve.sigmoid.low), see(curve.sigmoid.high);
    if (most > 1e9 * least && most > 1e9) return detail::kTooFarApart;
    for (const LiveReading& live : readings_) {
      if (!live.bent || !live.has_falling) continue;
      return "rewards that fall as a saturating metric rises have too many plans that are nearly as good as the best; "
             "take the saturation from that metric or from what it measures, or give the metric noise";
    }
    return "rewards on several metrics have too many plans that are nearly as good as the best; give the metrics "
           "noise, "
           "or pay by fewer of them at once";
  }

  bool hopeless(double bound) const { return bound < contenders_.best() - 0.9 * detail::tie_width(contenders_.best()); }

  PerActivity spread(const Vector& x) const {
    PerActivity efforts{};
    for (Index i = 0; i < x.size(); ++i) {
      efforts[static_cast<std::size_t>(reduced_.activity[static_cast<std::size_t>(i)])] = x(i);
    }
    return efforts;
  }

  /// A reward of reading m.
  void take_in(const Sigmoid& sigmoid, std::size_t m) {
    LiveReading& live = readings_[m];
    curves_.push_back({sigmoid, m});
    (sigmoid.sign > 0 ? live.has_rising : live.has_falling) = true;
    scale_ += sigmoid.bounded() ? sigmoid.weight : sigmoid.weight * (live.high - live.low);
    if (sigmoid.noise > 0) return;
    for (const double level : {sigmoid.low, sigmoid.high}) {
      const double y = sigmoid.sign * level;
      if (y > live.low && y < live.high) live.breaks.push_back(y);
    }
  }

  /// Takes a plan in; and the same with efforts that are within rounding of a bound, or of where they make most of a
  /// reading, right there: for a notch may be met there alone.
  void contend(const Vector& x) {
    PerActivity stepped = spread(x);
    contenders_.add(stepped);
    if (detail::step_over(decision_, reduced_, stepped, contenders_.best())) contenders_.add(stepped);
    Vector snapped = x;
    for (Index k = 0; k < x.size(); ++k) {
      for (const LiveReading& live : readings_) {
        const double top = live.bend(k) > 0 ? live.loading(k) / live.bend(k) : -1.0;
        // A reading is flat at its top, so that rounding hides how near to it an effort is.
        if (std::fabs(x(k) - top) <= 1e-6 * std::min(1.0, most_(k)) && top <= most_(k)) snapped(k) = top;
      }
      const double rounding = 1e-12 * std::min(1.0, most_(k));
      if (x(k) < rounding) snapped(k) = 0;
      if (x(k) > most_(k) - rounding) snapped(k) = most_(k);
    }
    if (time_.dot(snapped) <= reduced_.budget * (1 + 1e-15)) contenders_.add(spread(snapped));
    // Or where all time is taken up but for rounding, exactly so: by more of one effort.
    const double spare = reduced_.budget - time_.dot(snapped);
    if (!(reduced_.budget < kInfinity && std::fabs(spare) <= 1e-12 * reduced_.budget)) return;
    for (Index k = 0; k < x.size(); ++k) {
      Vector full = snapped;
      full(k) += spare / time_(k);
      if (!(full(k) > 0 && full(k) <= most_(k))) continue;
      for (int bit = 0; bit < 4 && time_.dot(full) > reduced_.budget; ++bit) full(k) = std::nextafter(full(k), 0.0);
      if (time_.dot(full) <= reduced_.budget) contenders_.add(spread(full));
    }
  }

  double read(std::size_t m, const Vector& x) const { return detail::read(decision_, readings_[m].index, spread(x)); }

  Vector slope_of_reading(std::size_t m, const Vector& x) const {
    return readings_[m].loading - readings_[m].bend.times(x);
  }

  /// A straight reward that falls in a reading that bends is in the linear and the quadratic terms of U, which it makes
  /// convex. It is taken out of them and put among the rewards of its reading, where what rises there is set off
  /// against it:  -rate y = rate (bend . x^2 / 2 - loading . x).
  void set_off() {
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const LiveReading& live = readings_[m];
      double rate = 0;
      for (Index k = 0; k < form_.size() && rate < kInfinity; ++k) {
        if (own_(k) < 0) rate = std::max(rate, live.bend(k) > 0 ? -own_(k) / live.bend(k) : kInfinity);
      }
      if (!(rate > 0 && rate < kInfinity)) continue;  // nothing is convex, or not by this reading
      linear_.add(rate, live.loading);
      own_.add(rate, live.bend);
      form_.add_diagonal(rate, live.bend);
      Curve straight;
      straight.shape = Curve::Shape::ramp;
      straight.weight = -rate;
      straight.low = live.low;
      take_in(Sigmoid(straight), m);
      return;
    }
  }

  /// Finds what must be added to the diagonal of the form so that it is positive semidefinite: first what is negative
  /// on the diagonal itself, then as much as the least eigenvalue asks for.
  void make_convex() {
    const Index n = form_.size();
    added_ = Vector::zero(n);
    for (Index i = 0; i < n; ++i) {
      if (own_(i) < 0) added_(i) = -own_(i);
    }
    if (!reduced_.interacting) return;
    Matrix full = form_;
    full.add_diagonal(1, added_);
    const double least = detail::least_eigenvalue(full);
    if (least < -1e-13 * (1 + full.greatest_magnitude())) {
      for (Index i = 0; i < n; ++i) added_(i) -= least;
    }
  }

  /// Finds what the diagonal of the form can do without and stay positive semidefinite. Where activities interact, that
  /// is as much as can be taken in proportion to the bends of the readings in which rewards fall, which have use for
  /// it.
  void find_spare() {
    const Index n = form_.size();
    constexpr double kMost = 1 - 1e-9;  // all but rounding
    spare_ = Vector::zero(n);
    if (!reduced_.interacting) {
      for (Index i = 0; i < n; ++i) spare_(i) = kMost * std::max(0.0, own_(i));
      return;
    }
    Vector use = Vector::zero(n);
    for (const LiveReading& live : readings_) {
      if (live.has_falling) use += live.bend;
    }
    if (use.greatest_magnitude() == 0) return;
    double share = 0, most = kInfinity;
    for (Index i = 0; i < n; ++i) {
      if (use(i) > 0) most = std::min(most, std::max(0.0, form_(i, i) / use(i)));
    }
    for (int round = 0; round < 30; ++round) {
      const double middle = 0.5 * (share + most);
      Matrix rest = form_;
      rest.add_diagonal(-middle, use);
      rest.add_diagonal(1e-13 * (1e-3 + form_.greatest_magnitude()));
      (detail::positive_definite(rest) ? share : most) = middle;
    }
    spare_.add(kMost * share, use);
  }

  /// The channel of a reading in which rewards rise, or fall.
  static std::size_t channel(std::size_t m, bool falling) { return 2 * m + (falling ? 1 : 0); }

  double wall() const { return 1e5 * scale_; }

  /// The relaxation of a cell, in which readings beyond the cell cost `price` over all their range. Any price leaves
  /// the bound valid. A high one turns the rounding of readings into slack that no division of cells takes away; a low
  /// one may leave the plan outside.
  void relax(const Cell& cell, double price, ConcaveQuadratic& problem, ScratchVector<Envelope>& covers) {
    problem.constant = constant_ - 0.5 * added_.dot(cell.least.times(cell.most));
    problem.linear = linear_ + 0.5 * added_.times(cell.least + cell.most);
    problem.hessian = form_;
    problem.hessian.add_diagonal(1, added_);
    problem.low = cell.least;
    problem.high = cell.most;
    problem.time = time_;
    problem.budget = reduced_.budget;
    problem.hinges.clear();
    problem.channels.resize(2 * readings_.size());
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const LiveReading& live = readings_[m];
      problem.channels[channel(m, false)] = {live.loading, live.bend};
      problem.channels[channel(m, true)] = {-live.loading, Vector::zero(live.loading.size())};
    }
    spare_left_ = spare_;
    secants_.clear();
    covers.clear();
    kinks_.resize(readings_.size());
    for (ScratchVector<Kink>& kinks : kinks_) kinks.clear();
    for (const LiveCurve& curve : curves_) {
      const std::size_t m = curve.reading;
      const bool rising = curve.sigmoid.sign > 0;
      covers.push_back(envelope(curve.sigmoid, rising ? cell.low[m] : -cell.high[m],
                                rising ? cell.high[m] : -cell.low[m], grain_of(cell, m), corners_));
      const Envelope& cover = covers.back();
      problem.constant += cover.top;
      for (std::size_t i = 0; i < static_cast<std::size_t>(cover.count); ++i) {
        kinks_[m].push_back({curve.sigmoid.sign * cover.level[i], cover.cost[i], rising});
      }
    }
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const LiveReading& live = readings_[m];
      const double cost = price / (live.high - live.low);
      if (live.has_rising && cell.low[m] > live.low) kinks_[m].push_back({cell.low[m], cost, true});
      if (live.has_falling && cell.high[m] < live.high) kinks_[m].push_back({cell.high[m], cost, false});
      if (live.bent && live.has_falling) net(m, problem);
    }
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const bool bends = makes_up_ && readings_[m].bent;
      const double most = bends ? range_over(cell, m).second : 0.0;
      double beyond = 0;  // what of the rewards that go on rising must be taken back beyond the cell
      for (const Kink& kink : kinks_[m]) {
        if (!kink.rising) continue;
        if (!bends || kink.level < cell.high[m]) {
          problem.hinges.push_back({channel(m, false), kink.level, kink.cost});
        } else {
          rise_on(m, kink, problem);
          if (kink.level < most) beyond += kink.cost;
        }
      }
      if (beyond > 0) kinks_[m].push_back({cell.high[m], beyond, false});
    }
    // Within the cells first: there the price of a reading is looked for.
    for (const bool within : {true, false}) {
      for (std::size_t m = 0; m < readings_.size(); ++m) {
        for (const Kink& kink : kinks_[m]) {
          if (!kink.rising && (kink.level < cell.high[m]) == within) {
            penalize_more(cell, m, -kink.level, kink.cost, problem);
          }
        }
      }
    }
  }

  /// Lets a reward that rises up to the end of a cell, or of what its efforts can reach, rise on: it is then straight
  /// in the reading, and all of the reading's bend can make up for rewards that fall in readings of the same efforts.
  void rise_on(std::size_t m, const Kink& kink, ConcaveQuadratic& problem) {
    const LiveReading& live = readings_[m];
    problem.constant -= kink.cost * kink.level;
    problem.linear.add(kink.cost, live.loading);
    problem.hessian.add_diagonal(kink.cost, live.bend);
    spare_left_.add((1 - 1e-9) * kink.cost, live.bend);  // all but rounding
  }

  /// Makes of rewards that rise in a reading and rewards that fall in it their sum: a concave function of the reading
  /// whose slope falls at each kink by what it costs. As long as it is above 0 the kink is one of what rises, then one
  /// of what falls. So that a reward that falls has to be made up for only as far as none rises at the same place:
  ///
  ///   cost max(0, y - level) = cost (y - level) + cost max(0, level - y)
  void net(std::size_t m, ConcaveQuadratic& problem) {
    ScratchVector<Kink>& kinks = kinks_[m];
    std::sort(kinks.begin(), kinks.end(),
              [](const Kink& a, const Kink& b) { return std::pair(a.level, a.rising) < std::pair(b.level, b.rising); });
    double slope = 0;  // left of all kinks
    for (const Kink& kink : kinks) slope += kink.rising ? kink.cost : 0.0;
    double excess = 0, moment = 0;  // of the costs that change sides
    netted_.clear();
    for (const Kink& kink : kinks) {
      const double above = std::clamp(slope, 0.0, kink.cost), below = kink.cost - above;
      slope -= kink.cost;
      if (above > 0) netted_.push_back({kink.level, above, true});
      if (below > 0) netted_.push_back({kink.level, below, false});
      const double changed = kink.rising ? below : -above;
      excess += changed;
      moment += changed * kink.level;
    }
    // As much changes sides as the other way round, but for rounding, which must not make the bound too low.
    problem.constant -= moment;
    problem.constant += std::fabs(excess) * std::max(std::fabs(readings_[m].low), std::fabs(readings_[m].high));
    kinks.swap(netted_);
  }

  /// Adds the penalty -cost max(0, level + y) for too much of reading m to the relaxation.
  ///
  /// Where the reading bends, -y is convex. As far as the quadratic bends the other way, the sum is concave all the
  /// same; what is left of -y is replaced by the secants of the squares over the box of efforts, which lie above it.
  void penalize_more(const Cell& cell, std::size_t m, double level, double cost, ConcaveQuadratic& problem) {
    const LiveReading& live = readings_[m];
    if (!live.bent) {
      problem.hinges.push_back({channel(m, true), level, cost});
      return;
    }
    // As much as all of the bend can be made up for of the efforts that still can, then without those that no longer
    // can: so that a low price of the reading, which may be all that it is worth, takes no secants where it needs none.
    while (cost > 0) {
      double part = cost;
      for (Index k = 0; k < live.bend.size(); ++k) {
        const double price = live.bend(k) > 0 ? spare_left_(k) / live.bend(k) : 0.0;
        if (price > 1e-9 * cost) part = std::min(part, price);
      }
      if (cost - part < 1e-12 * cost) part = cost;
      penalize(cell, m, level, part, problem);
      cost -= part;
    }
  }

  void penalize(const Cell& cell, std::size_t m, double level, double cost, ConcaveQuadratic& problem) {
    const LiveReading& live = readings_[m];
    detail::Channel own{-live.loading, Vector::zero(live.loading.size())};
    Secant secant{m, level, Vector::zero(live.loading.size())};
    for (Index k = 0; k < live.bend.size(); ++k) {
      if (!(live.bend(k) > 0)) continue;
      const double exact = std::min(live.bend(k), spare_left_(k) / cost), rest = live.bend(k) - exact;
      spare_left_(k) -= cost * exact;
      if (spare_left_(k) < 1e-9 * cost * live.bend(k)) spare_left_(k) = 0;
      own.bend(k) = -exact;
      own.loading(k) += 0.5 * rest * (cell.least(k) + cell.most(k));
      level += 0.5 * rest * cell.least(k) * cell.most(k);
      secant.curvature(k) = cost * rest;
    }
    problem.hinges.push_back({problem.channels.size(), level, cost});
    problem.channels.push_back(own);
    secants_.push_back(secant);
  }

  /// More than rounding can make of a reading over the cell's box of efforts.
  double grain_of(const Cell& cell, std::size_t m) const {
    const LiveReading& live = readings_[m];
    double size = 0;
    for (Index k = 0; k < live.loading.size(); ++k) {
      size += (std::fabs(live.loading(k)) + 0.5 * live.bend(k) * cell.most(k)) * cell.most(k);
    }
    return 1e-14 * size;
  }

  /// The least and the greatest value of a reading over the cell's box of efforts.
  std::pair<double, double> range_over(const Cell& cell, std::size_t m) const {
    const LiveReading& live = readings_[m];
    double low = 0;
    double high = 0;
    for (Index k = 0; k < live.loading.size(); ++k) {
      const double l = live.loading(k);
      const double q = live.bend(k);
      const double a = cell.least(k);
      const double b = cell.most(k);
      const double top = q > 0 ? std::clamp(l / q, a, b) : (l > 0 ? b : a);
      high += (l - 0.5 * q * top) * top;
      low += std::min((l - 0.5 * q * a) * a, (l - 0.5 * q * b) * b);
    }
    const double margin = 1e-9 * (1 + std::fabs(live.low) + std::fabs(live.high));
    return {low - margin, high + margin};
  }

  /// Narrows the cell's efforts to what the time budget and the readings leave, and its readings to what these efforts
  /// can reach (constraint propagation); false if nothing is left.
  bool narrow(Cell& cell) const {
    for (int round = 0; round < 4; ++round) {
      const double least_time = time_.dot(cell.least);
      for (Index k = 0; k < time_.size(); ++k) {
        const double left = (reduced_.budget - least_time) / time_(k) + cell.least(k);
        if (left < cell.most(k)) cell.most(k) = std::max(cell.least(k), left);
      }
      bool narrower = false;
      for (std::size_t m = 0; m < readings_.size(); ++m) {
        const auto [low, high] = range_over(cell, m);
        if (low > cell.high[m] || high < cell.low[m]) return false;
        cell.low[m] = std::max(cell.low[m], low);
        cell.high[m] = std::min(cell.high[m], high);
        if (!propagate(cell, m, narrower)) return false;
      }
      if (!narrower) break;
    }
    return true;
  }

  /// What one activity makes of a reading.
  struct Share {
    double loading, bend;
    double at(double x) const { return (loading - 0.5 * bend * x) * x; }
    double least(double a, double b) const { return std::min(at(a), at(b)); }
    double most(double a, double b) const {
      return at(bend > 0 ? std::clamp(loading / bend, a, b) : (loading > 0 ? b : a));
    }
    /// The efforts between which the share is more than `level`; none if the first is not below the second.
    std::pair<double, double> above(double level) const {
      if (bend == 0) {
        if (loading == 0) return level < 0 ? std::pair(-kInfinity, kInfinity) : std::pair(0.0, 0.0);
        return loading > 0 ? std::pair(level / loading, kInfinity) : std::pair(-kInfinity, level / loading);
      }
      const double square = loading * loading - 2 * bend * level;
      if (!(square > 0)) return {0, 0};
      // The root that does not cancel, and the other one by Vieta.
      const double far = loading >= 0 ? loading + std::sqrt(square) : loading - std::sqrt(square);
      const double one = far / bend, other = 2 * level / far;
      return {std::min(one, other), std::max(one, other)};
    }
  };

  /// Takes from the cell's efforts what no plan can do whose reading m is in the cell, whatever its other efforts.
  bool propagate(Cell& cell, std::size_t m, bool& narrower) const {
    const LiveReading& live = readings_[m];
    double low = 0, high = 0, size = 0;
    for (Index k = 0; k < live.loading.size(); ++k) {
      const Share share{live.loading(k), live.bend(k)};
      low += share.least(cell.least(k), cell.most(k));
      high += share.most(cell.least(k), cell.most(k));
      size += (std::fabs(share.loading) + 0.5 * share.bend * cell.most(k)) * cell.most(k);
    }
    const double rounding = 1e-13 * size;
    for (Index k = 0; k < live.loading.size(); ++k) {
      const Share share{live.loading(k), live.bend(k)};
      double& least = cell.least(k);
      double& most = cell.most(k);
      if (!(most > least) || (share.loading == 0 && share.bend == 0)) continue;
      const double was = most - least, grain = 1e-14 * (1 + most);
      const double own_low = share.least(least, most), own_high = share.most(least, most);
      // At least this must be left to the activity, and at most that.
      const double needed = cell.low[m] - (high - own_high) - rounding;
      const double allowed = cell.high[m] - (low - own_low) + rounding;
      if (own_high < needed || own_low > allowed) return false;
      if (own_low < needed) {
        const auto [from, to] = share.above(needed);
        least = std::max(least, from - grain);
        most = std::min(most, to + grain);
      }
      if (own_high > allowed) {
        const auto [from, to] = share.above(allowed);
        if (least > from + grain && least < to - grain) least = std::min(to - grain, most + grain);
        if (most > from + grain && most < to - grain) most = std::max(from + grain, least - grain);
      }
      if (!(most >= least)) return false;
      low += share.least(least, most) - own_low;
      high += share.most(least, most) - own_high;
      narrower = narrower || most - least < 0.9 * was;
    }
    return true;
  }

  /// Whether U is concave on the cell (where readings bend: on all segments between its plans), or so nearly that a
  /// local maximiser is better than all else in the cell but for a small part of a tie.
  ///
  /// Convexity of delta along an effort, or a straight reading, that varies by no more than w in the cell is worth at
  /// most (1/8 + 1/2) delta w^2: W = U + delta (x - a)(b - x) / 2 is concave, at most delta w^2 / 8 above U, and its
  /// slope at the maximiser of U is at most delta w / 2 off. So efforts that are all but settled do not count.
  bool concave_on(const Cell& cell) const { return concave_on(cell, form_, {}); }

  /// The same with more in the form already; rewards without noise of the readings that are `held` are left out.
  bool concave_on(const Cell& cell, Matrix hessian, const std::array<bool, kMostReadings>& held) const {
    const double parts = static_cast<double>(readings_.size()) + static_cast<double>(form_.size());
    const double allowance = 0.1 * detail::tie_width(contenders_.best()) / parts;
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const LiveReading& live = readings_[m];
      double curvature = 0;
      double slope = 0;  // at least this
      const double a = cell.low[m];
      const double b = live.bent ? range_over(cell, m).second : cell.high[m];
      for (const LiveCurve& curve : curves_) {
        if (curve.reading != m || (held[m] && curve.sigmoid.noise == 0)) continue;
        const Sigmoid& s = curve.sigmoid;
        const double va = s.sign > 0 ? a : -b;
        const double vb = s.sign > 0 ? b : -a;
        curvature += s.greatest_curvature(va, vb);
        const double middle = 0.5 * (va + vb);
        const double at_a = s.slope_from(va, middle);
        const double at_b = s.slope_from(vb, middle);
        if (s.rise) {
          const Rise::Range range = s.range(va, vb);
          slope += s.sign > 0 ? range.least_slope : -range.most_slope;
        } else if (s.sign > 0) {
          slope += s.noise > 0 || (va >= s.low && vb <= s.high) ? std::min(at_a, at_b) : 0.0;
        } else {
          slope -= s.noise > 0 && s.turn > va && s.turn < vb
                       ? s.slope_from(s.turn, middle)
                       : (s.noise > 0 || s.step ? std::max(at_a, at_b) : s.weight);
        }
      }
      if (curvature == kInfinity) return false;
      hessian.add_diagonal(slope, live.bend);
      if (live.bent) {
        curvature = std::max(0.0, curvature);
      } else if (curvature > 0) {
        curvature = std::max(0.0, curvature - allowance / ((b - a) * (b - a)));
      }
      if (curvature == 0) continue;
      const Vector centre = live.loading - 0.5 * live.bend.times(cell.least + cell.most);
      const double stray = 0.5 * live.bend.times(cell.most - cell.least).norm();
      const double size = centre.norm();
      if (stray == 0 || size == 0) {
        hessian.add_square(-curvature, centre);
        hessian.add_diagonal(-curvature * stray * stray);
      } else {
        hessian.add_square(-curvature * (1 + stray / size), centre);
        hessian.add_diagonal(-curvature * (1 + size / stray) * stray * stray);
      }
    }
    for (Index k = 0; k < hessian.size(); ++k) {
      const double width = cell.most(k) - cell.least(k);
      hessian(k, k) += std::min(1e12 * scale_, allowance / (width * width + 1e-300));
    }
    hessian.add_diagonal(1e-13 * (1e-3 + form_.greatest_magnitude()));
    return detail::positive_definite(hessian);
  }

  /// Whether the best maximiser x known lies in the cell and is better than all else there, up to a small part of a
  /// tie.
  ///
  /// U(x + s) <= U(x) + gradient . s + s' H s / 2 with an upper bound H of the Hessian. Where an effort stays at its
  /// bound under a pull g, moving it by t <= w costs g t >= (g / w) t^2; likewise for spare time. That much convexity
  /// is harmless. Rewards without noise that jump or turn within the cell are replaced by what stands above them there
  /// (`hold`), so that x may be right where they do.
  bool dominated(const Cell& cell) const {
    if (peak_.size() == 0 || !inside(peak_, cell)) return false;
    Holds holds;
    if (!hold(cell, holds)) return false;
    Vector pull = holds.pull;
    const double spare = reduced_.budget - time_.dot(peak_);
    double price = 0;
    double weight = 0;
    for (Index k = 0; k < pull.size(); ++k) {
      if (spare > 1e-12 * reduced_.budget || peak_(k) <= 0 || peak_(k) >= most_(k)) continue;
      price += pull(k) * time_(k);
      weight += time_(k) * time_(k);
    }
    price = weight > 0 ? std::max(0.0, price / weight) : 0.0;
    pull.add(-price, time_);
    Matrix hessian = form_;
    if (price > 0) {
      const double most_spare = reduced_.budget - time_.dot(cell.least);
      hessian.add_square(2 * price / (most_spare + 1e-300), time_);
    }
    double loss = 0;
    for (Index k = 0; k < pull.size(); ++k) {
      const double width = cell.most(k) - cell.least(k);
      if (width > 0 && ((peak_(k) <= 0 && pull(k) < 0) || (peak_(k) >= most_(k) && pull(k) > 0))) {
        hessian(k, k) += std::min(1e12 * scale_, 2 * std::fabs(pull(k)) / width);
      } else {
        loss += std::fabs(pull(k)) * width;
      }
    }
    if (!(loss <= 0.1 * detail::tie_width(contenders_.best()))) return false;
    if (!holds.any) return concave_on(cell, hessian, holds.held);
    // The more a reading is held to where it is the better, but for how far its slope strays over the cell.
    for (const double share : {4.0, 64.0, 1024.0}) {
      Matrix firmer = hessian;
      for (std::size_t m = 0; m < readings_.size(); ++m) {
        if (holds.held[m]) add_hold(firmer, cell, m, holds.price[m], holds.firmness[m], share);
      }
      if (concave_on(cell, firmer, holds.held)) return true;
    }
    return false;
  }

  /// What stands above the rewards without noise of some readings, over the readings of a cell: with y the reading of
  /// the best maximiser known, R(v) <= R(y) + price (v - y) - firmness (v - y)^2 / 2.
  struct Holds {
    bool any = false;
    std::array<bool, kMostReadings> held{};  ///< readings with such rewards that jump or turn within the cell
    std::array<double, kMostReadings> price{};
    std::array<double, kMostReadings> firmness{};  ///< the most that is right
    Vector pull;                                   ///< the gradient of U at the maximiser, with these prices
  };

  /// A chord from a reading's reward at the maximiser to where it jumps or turns, or to the cell's edge.
  struct Chord {
    double reach;  ///< from the maximiser, with a sign
    double slope;
  };

  /// What rewards without noise of reading m are worth at y; where one jumps, the more of its two sides.
  double hard_rewards(std::size_t m, double y) const {
    double sum = 0;
    for (const LiveCurve& curve : curves_) {
      if (curve.reading == m && curve.sigmoid.noise == 0) sum += curve.sigmoid.value(curve.sigmoid.sign * y);
    }
    return sum;
  }

  /// The chords of reading m; false where something better than the maximiser is within rounding of its reading. What
  /// is straight between their ends is below any parabola that is above these.
  bool chords_of(std::size_t m, const Cell& cell, ScratchVector<Chord>& chords) const {
    const LiveReading& live = readings_[m];
    const double y = read(m, peak_), here = hard_rewards(m, y), grain = 1e-12 * (1 + std::fabs(y));
    const auto add = [&](double level) {
      const double more = hard_rewards(m, level) - here;
      if (std::fabs(level - y) > grain) {
        chords.push_back({level - y, more / (level - y)});
        return true;
      }
      return more <= 0.01 * detail::tie_width(contenders_.best());
    };
    bool right = add(cell.low[m]) && add(cell.high[m]);
    for (const double level : live.breaks) {
      if (level > cell.low[m] && level < cell.high[m]) right = right && add(level);
    }
    return right;
  }

  /// Finds prices at which the maximiser stays where it is, and how firmly; false where there are none.
  bool hold(const Cell& cell, Holds& holds) const {
    const Piece piece = piece_around(peak_, cell);
    const Index n = peak_.size();
    std::array<std::size_t, kMostReadings> open{};  // readings whose price is to be found
    Index prices = 0;
    holds.pull = linear_ - form_ * peak_;
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double y = read(m, peak_);
      bool at_break = false;
      for (const double level : readings_[m].breaks) {
        holds.held[m] = holds.held[m] || (level > cell.low[m] && level < cell.high[m]);
        at_break = at_break || std::fabs(y - level) <= 1e-7 * (1 + std::fabs(y));
      }
      holds.held[m] = holds.held[m] || at_break;
      holds.any = holds.any || holds.held[m];
      double slope = 0, hard = 0;
      for (const LiveCurve& curve : curves_) {
        if (curve.reading != m) continue;
        const Sigmoid& s = curve.sigmoid;
        const double one = s.sign * s.slope_from(s.sign * y, s.sign * middle_of(piece, m));
        (s.noise == 0 && holds.held[m] ? hard : slope) += one;
      }
      if (at_break) {
        open[static_cast<std::size_t>(prices++)] = m;
      } else {
        holds.price[m] = hard;
      }
      holds.pull.add(slope + holds.price[m], slope_of_reading(m, peak_));
    }
    if (!holds.any) return true;

    // Prices of readings, and of time, at which efforts within their bounds are pulled as little as can be.
    std::array<Index, kMostActivities> free{};
    Index nf = 0;
    for (Index k = 0; k < n; ++k) {
      if (peak_(k) > 0 && peak_(k) < most_(k)) free[static_cast<std::size_t>(nf++)] = k;
    }
    const bool budgeted = reduced_.budget - time_.dot(peak_) <= 1e-12 * reduced_.budget;
    if (nf > 0 && prices > 0) {
      const Index rows = nf + prices + (budgeted ? 1 : 0);
      LargeMatrix system = LargeMatrix::zero(rows);
      LongVector rhs = LongVector::zero(rows);
      for (Index a = 0; a < nf; ++a) {
        const Index k = free[static_cast<std::size_t>(a)];
        system(a, a) = 1;
        rhs(a) = -holds.pull(k);
        for (Index p = 0; p < prices; ++p) {
          const std::size_t m = open[static_cast<std::size_t>(p)];
          system(a, nf + p) = system(nf + p, a) = slope_of_reading(m, peak_)(k);
        }
        if (budgeted) system(a, rows - 1) = system(rows - 1, a) = -time_(k);
      }
      const LongVector solution = detail::solve_least_squares(system, rhs);
      if (!solution.finite()) return false;
      for (Index p = 0; p < prices; ++p) holds.price[open[static_cast<std::size_t>(p)]] = solution(nf + p);
    }

    ScratchVector<Chord> chords;
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      if (!holds.held[m]) continue;
      chords.clear();
      if (!chords_of(m, cell, chords)) return false;
      double most = 1e12 * scale_;
      for (const Chord& chord : chords) {
        const double room = chord.reach > 0 ? holds.price[m] - chord.slope : chord.slope - holds.price[m];
        if (room < 0) return false;
        most = std::min(most, 2 * room / std::fabs(chord.reach));
      }
      holds.firmness[m] = most;
    }
    for (Index p = 0; p < prices; ++p) {
      const std::size_t m = open[static_cast<std::size_t>(p)];
      holds.pull.add(holds.price[m], slope_of_reading(m, peak_));
    }
    return true;
  }

  /// Adds to minus the Hessian what holding reading m to where it is does: its price times its bend, and as much of the
  /// square as `share` times what is there already. The mean slope J of a reading between two plans of the cell is its
  /// middle one, C, up to a stray of length r: (J s)^2 >= (1 - t) (C s)^2 - (1 / t - 1) r^2 s^2 for any t.
  void add_hold(Matrix& hessian, const Cell& cell, std::size_t m, double price, double firmness, double share) const {
    const LiveReading& live = readings_[m];
    const Vector centre = live.loading - 0.5 * live.bend.times(peak_ + 0.5 * (cell.least + cell.most));
    const double stray = 0.25 * live.bend.times(cell.most - cell.least).norm(), size = centre.norm();
    hessian.add_diagonal(price, live.bend);
    if (size == 0) return;
    const double held = std::min(firmness, share * (1e-3 * scale_ + hessian.greatest_magnitude()) / (size * size));
    const double t = std::min(0.5, stray / size);
    hessian.add_square(held * (1 - t), centre);
    if (stray > 0) hessian.add_diagonal(-held * (1 / t - 1) * stray * stray);
  }

  /// How much better than a plan in it anything in a cell can be on which U is concave: by the tangent there, over the
  /// cell's efforts and the budget. Nothing is said of plans whose reading is on the cell's edge, which keeps them from
  /// where they would go.
  double promise(const Vector& x, const Cell& cell) const {
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double y = read(m, x), rim = 1e-9 * (1 + std::fabs(y));
      if (y <= cell.low[m] + rim || y >= cell.high[m] - rim) return 0;
    }
    const Vector pull = differentiate(x, piece_around(x, cell), false).gradient;
    const double spare = reduced_.budget < kInfinity ? std::max(0.0, reduced_.budget - time_.dot(x)) : 0.0;
    double least = kInfinity;
    for (Index at = -1; at < x.size(); ++at) {  // any price of time is right; the best is one of these
      const double price = at < 0 ? 0.0 : pull(at) / time_(at);
      if (price < 0 || (price > 0 && reduced_.budget == kInfinity)) continue;
      double most = price * spare;
      for (Index k = 0; k < x.size(); ++k) {
        const double net = pull(k) - price * time_(k);
        most += std::max(net * (cell.most(k) - x(k)), net * (cell.least(k) - x(k)));
      }
      least = std::min(least, most);
    }
    return least;
  }

  /// Bounds a cell and looks for a maximiser in it; false if it is done with, else its two halves.
  bool examine(Cell cell, Cell& below, Cell& above) {
    if (!narrow(cell) || dominated(cell)) return false;
    const double cutoff = contenders_.best() - detail::tie_width(contenders_.best());
    const bool concave = concave_on(cell);
    ConcaveSolution solution;
    for (const double share : {1e-5, 0.01, 0.1, 1.0}) {
      // About what a reading is worth at all: tried where a higher price takes secants, which are wrong by as much
      // more.
      if (share < 0.01 && !makes_up_) continue;
      relax(cell, share * wall(), relaxation_, covers_);
      ConcaveSolution held = detail::maximize(relaxation_, cutoff);
      const bool settled = !held.feasible || hopeless(held.bound) || !strays(held.x, cell);
      if (solution.x.size() == 0 || held.bound < solution.bound) solution = std::move(held);
      if (settled) break;
    }
    if (!solution.feasible || hopeless(solution.bound)) return false;
    const double bound = std::min(cell.bound, solution.bound);
    const Vector& x = solution.x;
    const double u = utility(decision_, spread(x));

    // A maximiser nearby; it settles the cell where U is concave or the bound is as good as attained.
    const double enough = 0.2 * detail::tie_width(contenders_.best());
    if (concave || bound - u <= enough || u > contenders_.best() - 0.01 * (bound - contenders_.best()) || !started_) {
      started_ = true;
      const Vector local = climb(x, cell);
      const double top = utility(decision_, spread(local));
      if (top > contenders_.best()) peak_ = local;
      contend(local);
      // A climb may lose a jump that rounding just lets x reach.
      if (top < u - detail::tie_width(u)) contend(at_bounds(x)), contend(x);
      if (concave && inside(local, cell)) {
        // At a kink inside the cell, the climb has seen one side only.
        for (std::size_t m = 0; m < readings_.size(); ++m) {
          const double y = read(m, local);
          for (const double level : readings_[m].breaks) {
            if (std::fabs(y - level) > 1e-7 * (1 + std::fabs(y))) continue;
            const double rim = 1e-12 * (1 + std::fabs(y));
            if (level <= cell.low[m] + rim || level >= cell.high[m] - rim) continue;
            below = above = cell;
            below.bound = above.bound = bound;
            below.high[m] = above.low[m] = level;
            return true;
          }
        }
        // A climb may end too early.
        if (promise(local, cell) <= 0.1 * detail::tie_width(contenders_.best())) return false;
      }
    }
    if (bound - u <= enough || bound - contenders_.best() <= 0.2 * detail::tie_width(contenders_.best())) return false;

    // Efforts so far from where the relaxation wants them that they cannot be worth it are left out of the halves.
    const double play = solution.bound - (contenders_.best() - detail::tie_width(contenders_.best()));
    for (Index k = 0; k < x.size(); ++k) {
      const double pull = solution.pull(k);
      const double far = 1.001 * play / std::fabs(pull);
      if (!(far < 0.99 * (cell.most(k) - cell.least(k)))) continue;
      (pull < 0 ? cell.most(k) : cell.least(k)) = pull < 0 ? cell.least(k) + far : cell.most(k) - far;
    }
    if (!narrow(cell)) return false;
    if (divide(cell, x, bound, below, above)) return true;
    // The relaxation is exact at x, or the cell a point, to rounding; or x lies beyond the cell, and the cell is
    // halved.
    contend(x);
    contend(at_bounds(x));
    contend(climb(x, cell));
    return bound - u - missed(x, cell) > detail::tie_width(contenders_.best()) && !hopeless(bound) &&
           halve(cell, bound, below, above);
  }

  /// A plan with efforts that are at a bound but for rounding at it: a jump may be attained there alone.
  Vector at_bounds(const Vector& x) const {
    Vector moved = x;
    for (Index k = 0; k < x.size(); ++k) {
      const double rim = 1e-12 * std::min(1.0, most_(k));
      if (x(k) < rim) moved(k) = 0;
      if (x(k) > most_(k) - rim) moved(k) = most_(k);
    }
    return time_.dot(moved) <= reduced_.budget ? moved : x;
  }

  /// What a plan would get more if rounding did not keep it from jumps at the cell's edge.
  double missed(const Vector& x, const Cell& cell) const {
    double sum = 0;
    for (const LiveCurve& curve : curves_) {
      const Sigmoid& s = curve.sigmoid;
      const double y = read(curve.reading, x), level = s.sign * s.low;
      if (!s.step || s.noise > 0 || std::fabs(y - level) > 1e-9 * (1 + std::fabs(level))) continue;
      sum += std::max(0.0, value_inside(s, s.sign * y, cell, curve.reading) - s.value(s.sign * y));
    }
    return sum;
  }

  /// Divides a cell in the middle of its widest effort; false where it is next to a point.
  bool halve(const Cell& cell, double bound, Cell& below, Cell& above) const {
    Index widest = 0;
    double most = 0;
    for (Index k = 0; k < most_.size(); ++k) {
      const double width = (cell.most(k) - cell.least(k)) / std::min(1.0, most_(k));
      if (width > most) most = width, widest = k;
    }
    if (most < 1e-7) return false;
    below = above = cell;
    below.bound = above.bound = bound;
    below.most(widest) = above.least(widest) = 0.5 * (cell.least(widest) + cell.most(widest));
    return true;
  }

  /// Is a reading outside the cell by more than rounding?
  bool strays(const Vector& x, const Cell& cell) const {
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double y = read(m, x), rim = 1e-9 * (readings_[m].high - readings_[m].low);
      if ((readings_[m].has_rising && y < cell.low[m] - rim) || (readings_[m].has_falling && y > cell.high[m] + rim)) {
        return true;
      }
    }
    return false;
  }

  bool inside(const Vector& x, const Cell& cell) const {
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double y = read(m, x);
      const double rim = 1e-12 * (1 + std::fabs(y));
      if (y < cell.low[m] - rim || y > cell.high[m] + rim) return false;
    }
    for (Index k = 0; k < x.size(); ++k) {
      if (!(x(k) - cell.least(k) >= -1e-12) || !(cell.most(k) - x(k) >= -1e-12)) return false;
    }
    return true;
  }

  /// Divides a cell where the relaxation promises most beyond what is true at x.
  bool divide(const Cell& cell, const Vector& x, double bound, Cell& below, Cell& above) const {
    std::array<double, kMostReadings> reading_gap{};
    std::array<double, kMostReadings> largest{};
    std::array<std::size_t, kMostReadings> culprit{};
    Vector effort_gap(x.size());
    for (Index k = 0; k < x.size(); ++k) {
      effort_gap(k) = 0.5 * added_(k) * (x(k) - cell.least(k)) * (cell.most(k) - x(k));
    }
    for (std::size_t i = 0; i < curves_.size(); ++i) {
      const Sigmoid& s = curves_[i].sigmoid;
      const std::size_t m = curves_[i].reading;
      const double v = s.sign * std::clamp(read(m, x), cell.low[m], cell.high[m]);
      const double gap = covers_[i].at(v) - value_inside(s, v, cell, m);
      reading_gap[m] += std::max(0.0, gap);
      if (gap > largest[m]) {
        largest[m] = gap;
        culprit[m] = i;
      }
    }
    for (const Secant& secant : secants_) {
      if (!(secant.level > -read(secant.reading, x))) continue;
      for (Index k = 0; k < x.size(); ++k) {
        effort_gap(k) += 0.5 * secant.curvature(k) * (x(k) - cell.least(k)) * (cell.most(k) - x(k));
      }
    }
    // Where -y was overestimated so much that x lies beyond the cell, only narrower efforts help.
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const LiveReading& live = readings_[m];
      if (live.bent && live.has_falling && read(m, x) > cell.high[m] + 1e-12 * (live.high - live.low))
        reading_gap[m] = 0;
    }
    // Where the gap is greatest of what has some width left.
    double most = 0;
    std::size_t reading = kMostReadings;
    Index effort = -1;
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double size = std::max(std::fabs(cell.low[m]), std::fabs(cell.high[m]));
      if (!(reading_gap[m] > most) || cell.high[m] - cell.low[m] < 1e-13 * (1 + size)) continue;
      most = reading_gap[m];
      reading = m;
    }
    for (Index k = 0; k < x.size(); ++k) {
      if (!(effort_gap(k) > most) || cell.most(k) - cell.least(k) < 1e-10 * (1 + most_(k))) continue;
      most = effort_gap(k);
      effort = k;
    }

    below = above = cell;
    below.bound = above.bound = bound;
    if (effort >= 0) {
      const double width = cell.most(effort) - cell.least(effort);
      const double cut = std::clamp(x(effort), cell.least(effort) + 0.2 * width, cell.most(effort) - 0.2 * width);
      below.most(effort) = above.least(effort) = cut;
      return true;
    }
    if (reading == kMostReadings) return false;
    below.high[reading] = above.low[reading] = cut_reading(cell, reading, culprit[reading], x);
    return true;
  }

  /// A reward of reading m as plans of the cell get it: one whose jump is at the cell's edge, or within rounding of it,
  /// counts as on the side of the cell.
  double value_inside(const Sigmoid& s, double v, const Cell& cell, std::size_t m) const {
    if (!s.step || s.noise > 0) return s.value(v);
    const double level = s.sign * s.low, rim = grain_of(cell, m);
    if (level > cell.low[m] + rim && level < cell.high[m] - rim) return v >= s.low ? s.weight : 0.0;
    return s.value_from(v, 0.5 * s.sign * (cell.low[m] + cell.high[m]));
  }

  double cut_reading(const Cell& cell, std::size_t m, std::size_t culprit, const Vector& x) const {
    const Sigmoid& s = curves_[culprit].sigmoid;
    const double low = cell.low[m];
    const double high = cell.high[m];
    const double width = high - low;
    const double y = std::clamp(read(m, x), low, high);
    // At the nearest jump or kink, of whatever reward: on either side of it all covers are exact there.
    double cut = kInfinity;
    for (const double level : readings_[m].breaks) {
      if (level > low && level < high && std::fabs(level - y) < std::fabs(cut - y)) cut = level;
    }
    if (cut < kInfinity) return cut;
    if (s.noise > 0) {
      const double turn = s.sign * s.turn;
      if (!s.rise && turn > low + 0.05 * width && turn < high - 0.05 * width && width > 3 * s.noise) return turn;
    }
    return std::clamp(y, low + 0.15 * width, high - 0.15 * width);
  }

  Piece piece_around(const Vector& x, const Cell& cell) const {
    Piece piece;
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const LiveReading& live = readings_[m];
      double here = 0.5 * (cell.low[m] + cell.high[m]);
      for (const double level : live.breaks) {
        if (level > cell.low[m] && level < cell.high[m]) here = std::clamp(read(m, x), cell.low[m], cell.high[m]);
      }
      piece.low[m] = -kInfinity;
      piece.high[m] = kInfinity;
      for (const double level : live.breaks) {
        // A reading at the cell's edge is not in the piece beyond it.
        if (level > cell.low[m] && (level > here || level >= cell.high[m])) {
          piece.high[m] = level;
          break;
        }
        piece.low[m] = level;
      }
    }
    return piece;
  }

  double middle_of(const Piece& piece, std::size_t m) const {
    const double low = std::max(piece.low[m], readings_[m].low);
    const double high = std::min(piece.high[m], readings_[m].high);
    return 0.5 * (low + high);
  }

  /// U with rewards as they are inside the piece.
  double smooth_utility(const Vector& x, const Piece& piece) const {
    double u = constant_ + linear_.dot(x) - 0.5 * x.dot(form_ * x);
    for (const LiveCurve& curve : curves_) {
      const std::size_t m = curve.reading;
      const Sigmoid& s = curve.sigmoid;
      u += s.value_from(s.sign * read(m, x), s.sign * middle_of(piece, m));
    }
    return u;
  }

  double trespass(const Vector& x, const Piece& piece) const {
    double sum = 0;
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double y = read(m, x);
      sum +=
          (std::max(0.0, piece.low[m] - y) + std::max(0.0, y - piece.high[m])) / (readings_[m].high - readings_[m].low);
    }
    return sum;
  }

  struct Derivatives {
    Vector gradient;
    Matrix curvature;  ///< minus the Hessian
  };

  /// First and second derivatives of U inside the piece; `tame` leaves out what would make the curvature indefinite.
  Derivatives differentiate(const Vector& x, const Piece& piece, bool tame) const {
    Derivatives d{linear_ - form_ * x, form_};
    if (tame) d.curvature.add_diagonal(1, added_);
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double y = read(m, x);
      double slope = 0;
      double bow = 0;
      for (const LiveCurve& curve : curves_) {
        if (curve.reading != m) continue;
        const Sigmoid& s = curve.sigmoid;
        slope += s.sign * s.slope_from(s.sign * y, s.sign * middle_of(piece, m));
        bow += s.curvature(s.sign * y);
      }
      const Vector direction = slope_of_reading(m, x);
      d.gradient.add(slope, direction);
      if (!tame || bow < 0) d.curvature.add_square(-bow, direction);
      if (!tame || slope > 0) d.curvature.add_diagonal(slope, readings_[m].bend);
    }
    return d;
  }

  /// Climbs from x to a local maximiser within its piece: sequential quadratic programming, then Newton's method on the
  /// active constraints.
  Vector climb(Vector x, const Cell& cell) {
    const Piece piece = piece_around(x, cell);
    double merit = smooth_utility(x, piece) - wall() * trespass(x, piece);
    for (int round = 0; round < 40; ++round) {
      const Derivatives d = differentiate(x, piece, true);
      ConcaveQuadratic& model = step_model_;
      model.constant = 0;
      model.hessian = d.curvature;
      model.linear = d.gradient + d.curvature * x;
      model.low = Vector::zero(x.size());
      model.high = most_;
      model.time = time_;
      model.budget = reduced_.budget;
      model.hinges.clear();
      model.channels.resize(2 * readings_.size());
      for (std::size_t m = 0; m < readings_.size(); ++m) {
        const LiveReading& live = readings_[m];
        const double cost = wall() / (live.high - live.low);
        const Vector direction = slope_of_reading(m, x);
        model.channels[channel(m, false)] = {live.loading, live.bend};
        model.channels[channel(m, true)] = {-direction, Vector::zero(x.size())};
        if (piece.low[m] > -kInfinity) model.hinges.push_back({channel(m, false), piece.low[m], cost});
        if (piece.high[m] < kInfinity) {
          model.hinges.push_back({channel(m, true), -piece.high[m] + read(m, x) - direction.dot(x), cost});
        }
      }
      const Vector step = detail::maximize(model, -kInfinity).x - x;
      if (step.greatest_magnitude() < 1e-9) break;
      double length = 1;
      bool better = false;
      for (; length > 1e-8; length *= 0.5) {
        const Vector trial = x + length * step;
        const double value = smooth_utility(trial, piece) - wall() * trespass(trial, piece);
        if (value > merit) {
          better = value > merit + 1e-13 * (1 + std::fabs(merit));
          merit = value;
          x = trial;
          break;
        }
      }
      if (!better) break;
    }
    return polish(x, piece);
  }

  /// Newton's method on the constraints that seem active, to rounding; the plan itself where that leads nowhere better.
  Vector polish(const Vector& start, const Piece& piece) const {
    Vector best = start;
    double best_merit = -kInfinity;
    for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
      const Vector x = polish(start, piece, tolerance);
      const double merit = smooth_utility(x, piece) - wall() * trespass(x, piece);
      if (merit > best_merit + 1e-15 * (1 + std::fabs(merit))) {
        best = x;
        best_merit = merit;
      }
    }
    return best;
  }

  /// The same with constraints taken as active that are within a tolerance; false ones are let go by the sign of their
  /// multipliers.
  Vector polish(const Vector& start, const Piece& piece, double tolerance) const {
    const Index n = start.size();
    enum class Side : signed char { inside = 0, low = -1, high = 1 };
    std::array<Side, kMostActivities> bound{};
    for (Index k = 0; k < n; ++k) {
      const double rim = tolerance * std::min(1.0, most_(k));
      if (start(k) <= rim) bound[static_cast<std::size_t>(k)] = Side::low;
      if (start(k) >= most_(k) - rim) bound[static_cast<std::size_t>(k)] = Side::high;
    }
    bool budgeted =
        reduced_.budget < kInfinity && reduced_.budget - time_.dot(start) <= tolerance * std::min(1.0, reduced_.budget);
    std::array<Side, kMostReadings> brink{};
    std::array<double, kMostReadings> nudge{};
    for (std::size_t m = 0; m < readings_.size(); ++m) {
      const double y = read(m, start);
      const double rim = tolerance * (1 + std::fabs(y));
      if (y - piece.low[m] <= rim) brink[m] = Side::low;
      if (piece.high[m] - y <= rim) brink[m] = Side::high;
    }
    const double start_value = smooth_utility(start, piece);
    const double start_trespass = trespass(start, piece);

    Vector x = start;
    for (int change = 0; change < 60; ++change) {
      for (Index k = 0; k < n; ++k) {
        if (bound[static_cast<std::size_t>(k)] == Side::low) x(k) = 0;
        if (bound[static_cast<std::size_t>(k)] == Side::high) x(k) = most_(k);
      }
      std::array<Index, kMostActivities> free{};
      Index nf = 0;
      for (Index k = 0; k < n; ++k) {
        if (bound[static_cast<std::size_t>(k)] == Side::inside) free[static_cast<std::size_t>(nf++)] = k;
      }
      std::array<std::size_t, kMostReadings> held{};
      Index nh = 0;
      for (std::size_t m = 0; m < readings_.size(); ++m) {
        if (brink[m] != Side::inside) held[static_cast<std::size_t>(nh++)] = m;
      }
      const Index rows = nf + nh + (budgeted ? 1 : 0);
      LongVector solution = LongVector::zero(rows);
      bool hit = false;
      double last_step = kInfinity;
      for (int round = 0; round < 12 && rows > 0 && nf > 0; ++round) {
        const Derivatives d = differentiate(x, piece, false);
        LargeMatrix system = LargeMatrix::zero(rows);
        LongVector rhs = LongVector::zero(rows);
        Matrix curvature = d.curvature;
        for (Index h = 0; h < nh; ++h) {  // the bends of the readings that are held, times their multipliers
          curvature.add_diagonal(solution(nf + h), readings_[held[static_cast<std::size_t>(h)]].bend);
        }
        for (Index a = 0; a < nf; ++a) {
          const Index i = free[static_cast<std::size_t>(a)];
          rhs(a) = d.gradient(i);
          for (Index b = 0; b < nf; ++b) system(a, b) = curvature(i, free[static_cast<std::size_t>(b)]);
        }
        for (Index h = 0; h < nh; ++h) {
          const std::size_t m = held[static_cast<std::size_t>(h)];
          const Vector direction = slope_of_reading(m, x);
          const double level = brink[m] == Side::low ? piece.low[m] + nudge[m] : piece.high[m] - nudge[m];
          rhs(nf + h) = read(m, x) - level;
          for (Index a = 0; a < nf; ++a) {
            system(a, nf + h) = system(nf + h, a) = -direction(free[static_cast<std::size_t>(a)]);
          }
        }
        if (budgeted) {
          rhs(rows - 1) = reduced_.budget - time_.dot(x);
          for (Index a = 0; a < nf; ++a) {
            system(a, rows - 1) = system(rows - 1, a) = time_(free[static_cast<std::size_t>(a)]);
          }
        }
        solution = detail::solve_least_squares(system, rhs);
        if (!solution.finite()) return start;
        double size = 0;
        for (Index a = 0; a < nf; ++a) {
          x(free[static_cast<std::size_t>(a)]) += solution(a);
          size = std::max(size, std::fabs(solution(a)));
        }
        if ((x - start).greatest_magnitude() > 1e-2 * (1 + start.greatest_magnitude())) return start;
        if (size < 1e-15 || (round > 3 && size >= last_step)) break;
        last_step = size;
      }
      // Efforts that left their bounds are held there; then the constraint that pulls the wrong way most is let go.
      for (Index k = 0; k < n; ++k) {
        Side& side = bound[static_cast<std::size_t>(k)];
        if (side != Side::inside) continue;
        if (x(k) < 0) side = Side::low, hit = true;
        if (x(k) > most_(k)) side = Side::high, hit = true;
      }
      if (!budgeted && time_.dot(x) > reduced_.budget * (1 + 1e-15)) budgeted = hit = true;
      for (std::size_t m = 0; m < readings_.size(); ++m) {
        if (brink[m] != Side::inside) continue;
        const double y = read(m, x);
        if (y < piece.low[m]) brink[m] = Side::low, hit = true;
        if (y > piece.high[m]) brink[m] = Side::high, hit = true;
      }
      if (hit) continue;
      Vector pull = differentiate(x, piece, false).gradient;
      double worst = 1e-9 * (1 + pull.greatest_magnitude());
      int release = -1;
      for (Index h = 0; h < nh && nf > 0; ++h) {
        const std::size_t m = held[static_cast<std::size_t>(h)];
        const double multiplier = solution(nf + h);
        pull.add(multiplier, slope_of_reading(m, x));
        const double wrong = brink[m] == Side::low ? -multiplier : multiplier;
        if (wrong > worst) worst = wrong, release = static_cast<int>(n + 1) + static_cast<int>(m);
      }
      if (budgeted && nf > 0) {
        pull.add(-solution(rows - 1), time_);
        if (-solution(rows - 1) > worst) worst = -solution(rows - 1), release = static_cast<int>(n);
      }
      for (Index k = 0; k < n; ++k) {
        const Side side = bound[static_cast<std::size_t>(k)];
        if (side == Side::inside || most_(k) <= 0) continue;
        const double wrong = side == Side::low ? pull(k) : -pull(k);
        if (wrong > worst) worst = wrong, release = static_cast<int>(k);
      }
      if (release >= 0) {
        if (release > static_cast<int>(n)) {
          brink[static_cast<std::size_t>(release - static_cast<int>(n) - 1)] = Side::inside;
        } else if (release == static_cast<int>(n)) {
          budgeted = false;
        } else {
          bound[static_cast<std::size_t>(release)] = Side::inside;
        }
        continue;
      }
      // Onto the side of a step where it counts, in floating point.
      bool short_of = false;
      for (const LiveCurve& curve : curves_) {
        const std::size_t m = curve.reading;
        const Sigmoid& s = curve.sigmoid;
        if (!s.step || s.noise > 0 || brink[m] == Side::inside) continue;
        const double y = read(m, x);
        const double v = s.sign * y;
        if (s.value_from(v, s.sign * middle_of(piece, m)) > 0 && v < s.low && nudge[m] < 1e-10 * (1 + std::fabs(y))) {
          nudge[m] = std::max(4 * nudge[m], 1.1e-16 * (1e-3 + std::fabs(y)));
          short_of = true;
          break;
        }
      }
      if (short_of) continue;
      break;
    }
    for (Index k = 0; k < n; ++k) x(k) = std::clamp(x(k), 0.0, most_(k));
    const double value = smooth_utility(x, piece);
    const double slack = 1e-11 * (1 + std::fabs(start_value));
    if (time_.dot(x) > reduced_.budget * (1 + 1e-13)) return start;
    if (trespass(x, piece) > start_trespass + 1e-13) return start;
    if (value < start_value - slack - wall() * start_trespass) return start;
    return x;
  }

  /// Moves along directions without any effect on utility to where ties are won: less of one effort, or one effort in
  /// place of another in the same time.
  void settle(PerActivity& efforts) const {
    const double u = utility(decision_, efforts);
    const double same = 1e-12 * (1 + std::fabs(u));
    const auto try_plan = [&](const PerActivity& plan) {
      if (detail::wins_tie(decision_, plan, efforts) && utility(decision_, plan) >= u - same) efforts = plan;
    };
    for (int i = 0; i < reduced_.size; ++i) {
      const auto k = static_cast<std::size_t>(reduced_.activity[static_cast<std::size_t>(i)]);
      PerActivity plan = efforts;
      plan[k] = 0;
      try_plan(plan);
      // Flat, but only so far: down to where a reading would fall short.
      plan[k] = 0.999 * efforts[k];
      if (efforts[k] < 1e-6 || std::fabs(utility(decision_, plan) - u) > 1e-14 * (1 + std::fabs(u))) continue;
      double least = 0;
      double most = plan[k];
      while (most - least > 1e-15 * (1 + most)) {
        plan[k] = 0.5 * (least + most);
        (utility(decision_, plan) >= u - 1e-14 * (1 + std::fabs(u)) ? most : least) = plan[k];
      }
      plan[k] = most;
      try_plan(plan);
    }
    for (int i = 0; i < reduced_.size; ++i) {
      for (int l = 0; l < reduced_.size; ++l) {
        const auto to = static_cast<std::size_t>(reduced_.activity[static_cast<std::size_t>(i)]);
        const auto from = static_cast<std::size_t>(reduced_.activity[static_cast<std::size_t>(l)]);
        if (to == from || !(efforts[from] > 0)) continue;
        const double hours = std::min(decision_.time[from] * efforts[from],
                                      decision_.time[to] * (reduced_.most[static_cast<std::size_t>(i)] - efforts[to]));
        if (!(hours > 0)) continue;
        PerActivity plan = efforts;
        plan[to] = std::min(decision_.most[to], plan[to] + hours / decision_.time[to]);
        plan[from] = std::max(0.0, plan[from] - hours / decision_.time[from]);
        try_plan(plan);
      }
    }
  }

  const Decision& decision_;
  const Reduced& reduced_;
  double constant_ = 0;
  bool makes_up_ = false;  ///< do rewards fall in a reading that bends, so that convexity is to be made up for?
  double scale_ = 0;       ///< the order of all that U can vary
  Vector linear_;
  Vector time_;
  Vector most_;
  Vector own_;    ///< curvature of efforts, but for the strain of hours and interactions
  Vector added_;  ///< see make_convex
  Vector spare_;  ///< what the diagonal of the form can do without and stay positive semidefinite
  // Of the relaxation that was made last.
  Vector spare_left_;  ///< what is left of it
  ScratchVector<Secant> secants_;
  Matrix form_;
  ScratchVector<LiveReading> readings_;
  ScratchVector<LiveCurve> curves_;
  ConcaveQuadratic relaxation_;
  ConcaveQuadratic step_model_;
  ScratchVector<Envelope> covers_;
  ScratchVector<ScratchVector<Kink>> kinks_;  ///< by reading
  ScratchVector<Kink> netted_;
  mutable ScratchVector<Rise::Corner> corners_;
  Vector peak_;  ///< the best local maximiser so far
  bool started_ = false;
  Contenders contenders_;
};

}  // namespace

namespace {

/// The search proper.
Solved search(const Decision& decision, PerActivity& efforts) {
  efforts = PerActivity{};
  Reduced reduced = detail::reduce(decision);
  if (reduced.size == 0) return Solved::exactly;
  const PerActivity caps = reduced.most;
  bool assumed = false;
  if (reduced.open_ended && !detail::confine(decision, reduced, assumed)) return Solved::unbounded;
  BranchAndBound(decision, reduced).solve(efforts, decision.parts);
  if (assumed) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
      if (caps[i] == kInfinity && efforts[static_cast<std::size_t>(reduced.activity[i])] > 0.9 * reduced.most[i]) {
        return Solved::unbounded;
      }
    }
  }
  return Solved::exactly;
}

/// The best plan of those with some efforts given, not below 0.
bool decide_with(const Decision& decision, const PerActivity& at, PerActivity& plan) {
  Decision rest = decision;
  ScratchVector<Curve> curves(decision.curves.begin(), decision.curves.end());
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    if (at[k] < 0) continue;
    rest.most[k] = 0;
    rest.budget -= decision.time[k] * at[k];
    rest.slack -= decision.felt_time[k] * at[k];
    for (int l = 0; l < decision.activities; ++l) {
      rest.linear[static_cast<std::size_t>(l)] -= detail::interaction_between(decision, static_cast<int>(k), l) * at[k];
    }
    for (Curve& curve : curves) {
      const Reading& reading = decision.reading[static_cast<std::size_t>(curve.reading)];
      const double y = (reading.loading[k] - 0.5 * reading.bend[k] * at[k]) * at[k];
      curve.low -= y;
      curve.high -= y;
      curve.offset += curve.scale * y;
    }
  }
  rest.curves = curves;
  if (decide(rest, plan) != Solved::exactly) return false;
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    if (at[k] >= 0) plan[k] = at[k];
  }
  return true;
}

}  // namespace

Solved decide_by_branch_and_bound(const Decision& decision, PerActivity& efforts) {
  // U is the greater of two maxima: over the face, and over all plans without the steps that only the face attains.
  ScratchVector<Curve> elsewhere;
  ScratchVector<PerActivity> faces;
  for (const Curve& curve : decision.curves) {
    PerActivity at;
    if (!detail::attained_on_a_face(decision, curve, at)) {
      elsewhere.push_back(curve);
    } else if (std::find(faces.begin(), faces.end(), at) == faces.end()) {
      faces.push_back(at);
    }
  }
  if (faces.empty()) return search(decision, efforts);
  Decision rest = decision;
  rest.curves = elsewhere;
  Contenders contenders(decision);
  PerActivity plan{};
  if (decide(rest, plan) == Solved::unbounded) return Solved::unbounded;
  contenders.add(plan);
  for (const PerActivity& at : faces) {
    if (decide_with(decision, at, plan)) contenders.add(plan);  // which may have faces of its own
  }
  efforts = contenders.winner();
  return Solved::exactly;
}

}  // namespace goodhart
