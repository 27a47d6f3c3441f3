/// Decisions with several curved readings, all smooth: branch and bound over readings, by Newton's method on concave
/// hulls.
///
/// U(x) = c(x) + sum_i phi_i(y_i(x)) with a concave quadratic c and rewards phi_i that are convex up to a turn and
/// concave from there on. On a cell, an interval for each reading, a reward is at most its concave hull: the chord from
/// the left end to where it touches, and the reward itself from there on. With hulls for rewards, and walls that keep
/// readings in the cell, the problem is concave; Newton's method with an active set solves it in a few rounds.
///
/// Bound: for any prices p of the curves and any price of time nu >= 0, no plan of the cell is worth more than
///   max over plans of [c + sum_i p_i y_i]  +  sum_i max over the cell of [phi_i(y) - p_i y].
/// The first is concave in x, so its tangent at any x bounds it; a tangent over a box and a budget is at most what it
/// is over the box with time at nu. The second is known from the hull where p_i is its slope at some reading. So
/// whatever Newton's method has reached, the bound is rigorous, and at the solution it is exact. (Lagrangian duality;
/// the combination with cells is that of Falk & Soland 1969, doi 10.1287/mnsc.15.9.550.)
///
/// A local maximiser x* settles readings around its own. By its multipliers, c + p y falls off x* at least as fast as
/// some q(x) = d'Hd / 2, d = x - x*; where all phi_i(y) <= phi_i(y*) + p_i (y - y*) + k_i (y - y*)^2 / 2 and
/// sum k_i (y - y*)^2 <= d'Hd, nothing is better than x*. That interval of readings is cut out of the cell.
#include <algorithm>
#include <cmath>
#include <utility>

#include "contenders.hpp"
#include "goodhart/core/elementary.hpp"
#include "goodhart/core/math.hpp"
#include "goodhart/model/decision.hpp"
#include "reduction.hpp"
#include "sigmoid.hpp"

namespace goodhart::detail {

namespace {

constexpr std::size_t kReadings = 4;
constexpr std::size_t kCurves = 8;
constexpr std::size_t kCells = 96;    ///< as many at once
constexpr int kPatience = 120;        ///< cells looked at before the general method is asked instead
constexpr std::size_t kPeaks = 4;     ///< local maximisers kept
constexpr double kEnough = 0.2;       ///< of a tie: a bound as good as attained
constexpr double kNegligible = 0.01;  ///< of a tie
using Square = std::array<PerActivity, kMostActivities>;

template <class T>
using PerReading = std::array<T, kReadings>;
template <class T>
using PerCurve = std::array<T, kCurves>;

/// A reading with curved rewards.
struct Live {
  PerActivity loading, bend;  ///< of open activities
  bool bent = false;
  double low, high;  ///< no plan reads less, or more
  double wall;       ///< curvature of what keeps a reading in its cell
  double noise;      ///< the least of its curves
};

struct LiveCurve {
  Sigmoid sigmoid{Curve{}};
  std::size_t reading;
  double turn;
  double slack;      ///< how far it may stray from being convex before and concave after its turn
  double per_noise;  ///< of a step

  Rise::Point at(double v) const {
    const Sigmoid& s = sigmoid;
    if (s.rise) {
      const Rise::Point p = s.rise->at(s.offset + s.scale * v);
      return {s.weight * p.value, s.weight * s.scale * p.slope, s.weight * s.scale * s.scale * p.curvature};
    }
    if (!s.step) return {s.value(v), s.slope_from(v, v), s.curvature(v)};
    const double z = (v - s.low) * per_noise;
    if (std::fabs(z) > 38) return {z < 0 ? 0.0 : s.weight, 0, 0};
    const double bell = exp_of(-0.5 * z * z), tail = normal_tail(std::fabs(z)) * bell;
    const double slope = s.weight * per_noise * kInverseRootTwoPi * bell;
    return {s.weight * (z < 0 ? tail : 1 - tail), slope, -slope * z * per_noise};
  }
};

/// The least concave bound of a curve on [a, b]; beyond, the line on.
struct Hull {
  double a, b;
  double at_a, at_b;     ///< values
  double steep, gentle;  ///< slopes at a and at b
  double touch;          ///< the chord from a ends here
};

/// Plans whose readings are in intervals.
struct Cell {
  double bound;
  PerReading<double> low, high;
  PerActivity start;  ///< a plan to begin with
};

/// A local maximiser, and the readings around its own in which nothing is better.
struct Peak {
  PerReading<double> low, high, y;
};

class Search {
 public:
  Search(const Decision& decision, const Reduced& reduced) : decision_(decision), reduced_(reduced) {
    size_ = static_cast<std::size_t>(reduced.size);
    for (std::size_t k = 0; k < size_; ++k) {
      linear_[k] = reduced.linear[k] + reduced.strain * reduced.slack * reduced.felt_time[k];
      for (std::size_t l = 0; l < size_; ++l) {
        form_[k][l] = reduced.strain * reduced.felt_time[k] * reduced.felt_time[l];
      }
      form_[k][k] += reduced.curvature[k];
      // The budget alone bounds an effort that would fill it.
      cap_[k] = reduced.most[k] * reduced.time[k] >= reduced.budget ? kInfinity : reduced.most[k];
    }
    for (std::size_t k = 0; k < size_; ++k) {
      double most = std::fabs(linear_[k]);
      for (std::size_t l = 0; l < size_; ++l) most += form_[k][l] * reduced.most[l];
      size_of_pull_ = std::max(size_of_pull_, most);
      widest_ = std::max(widest_, reduced.most[k]);
    }
  }

  /// Takes the curves in; false where one is not of the kind this method knows.
  bool prepare() {
    const auto count = static_cast<std::size_t>(reduced_.live);
    if (count > kReadings) return false;
    readings_ = count;
    for (std::size_t m = 0; m < count; ++m) {
      const int index = reduced_.reading[m];
      const Reading& reading = decision_.reading[static_cast<std::size_t>(index)];
      Live& live = live_[m];
      for (std::size_t i = 0; i < size_; ++i) {
        const auto k = static_cast<std::size_t>(reduced_.activity[i]);
        live.loading[i] = reading.loading[k];
        live.bend[i] = reading.bend[k];
        live.bent = live.bent || reading.bend[k] > 0;
      }
      const Reach reach = reach_of(reduced_, reading);
      const double margin = 1e-9 * (1 + std::fabs(reach.low) + std::fabs(reach.high));
      live.low = reach.low - margin;
      live.high = reach.high + margin;
      double height = 0;
      live.noise = kInfinity;
      for (const Curve& curve : decision_.curves) {
        if (curve.reading != index || curve.weight == 0) continue;
        if (curves_ == kCurves) return false;
        const Sigmoid sigmoid(curve);
        if (!sigmoid.rise && !(sigmoid.noise > 0)) return false;
        if (sigmoid.sign < 0 && live.bent) return false;
        LiveCurve& own = curve_[curves_++];
        own.sigmoid = sigmoid;
        own.reading = m;
        own.turn = sigmoid.rise ? (sigmoid.rise->turn() - sigmoid.offset) / sigmoid.scale : sigmoid.turn;
        if (std::isnan(own.turn)) return false;
        own.slack = sigmoid.rise ? sigmoid.weight * sigmoid.rise->turn_slack() : 0.0;
        own.per_noise = sigmoid.rise ? 0.0 : 1 / sigmoid.noise;
        live.noise = std::min(live.noise, sigmoid.noise);
        height += sigmoid.bounded() ? sigmoid.weight : sigmoid.weight * (live.high - live.low);
      }
      const double width = live.high - live.low;
      live.wall = 1e5 * height / (width * width);
      for (std::size_t k = 0; k < size_; ++k) {
        size_of_pull_ = std::max(size_of_pull_, height / width * std::fabs(live.loading[k]));
      }
    }
    faint_ = 1e-12 * size_of_pull_ / widest_;
    return true;
  }

  /// The global maximiser; false where this method does not find it, or cannot tell ties apart.
  bool solve(PerActivity& efforts) {
    Cell& root = cell_[0];
    root.bound = kInfinity;
    for (std::size_t m = 0; m < readings_; ++m) {
      root.low[m] = live_[m].low;
      root.high[m] = live_[m].high;
    }
    for (std::size_t k = 0; k < size_; ++k) root.start[k] = 0;
    cells_ = 1;
    for (int seen = 0; cells_ > 0; ++seen) {
      std::size_t best = 0;
      for (std::size_t c = 1; c < cells_; ++c) {
        if (cell_[c].bound > cell_[best].bound) best = c;
      }
      const Cell cell = cell_[best];
      cell_[best] = cell_[--cells_];
      if (hopeless(cell.bound)) break;
      if (seen == kPatience || !examine(cell)) return false;
    }
    if (doubtful_ >= contenders_.best() - tie_width(contenders_.best())) return false;
    efforts = contenders_.winner();
    return true;
  }

 private:
  /// What is known at a plan.
  struct Here {
    double value;                      ///< of the function that is climbed
    double base;                       ///< c
    double rest;                       ///< the curves' part of the bound
    PerActivity x, pull;               ///< plan and gradient
    PerReading<double> y, price, bow;  ///< readings; slope and second derivative of rewards in them
    PerReading<PerActivity> steer;     ///< the gradients of readings
  };

  double best() const { return contenders_.best() - offset_; }
  double tie() const { return contenders_.best() > -kInfinity ? tie_width(contenders_.best()) : 1e-9; }
  bool hopeless(double bound) const { return bound < best() - 0.9 * tie(); }

  PerActivity spread(const PerActivity& x) const {
    PerActivity efforts{};
    for (std::size_t i = 0; i < size_; ++i) efforts[static_cast<std::size_t>(reduced_.activity[i])] = x[i];
    return efforts;
  }

  // ---- Functions to climb ----

  /// c, its gradient, and the readings.
  void look_around(Here& here) const {
    double c = -0.5 * reduced_.strain * reduced_.slack * reduced_.slack;
    for (std::size_t k = 0; k < size_; ++k) {
      double drag = 0;
      for (std::size_t l = 0; l < size_; ++l) drag += form_[k][l] * here.x[l];
      here.pull[k] = linear_[k] - drag;
      c += (linear_[k] - 0.5 * drag) * here.x[k];
    }
    here.value = here.base = c;
    here.rest = 0;
    for (std::size_t m = 0; m < readings_; ++m) {
      const Live& live = live_[m];
      double y = 0;
      for (std::size_t k = 0; k < size_; ++k) {
        const double half = 0.5 * live.bend[k] * here.x[k];
        y += (live.loading[k] - half) * here.x[k];
        here.steer[m][k] = live.loading[k] - 2 * half;
      }
      here.y[m] = y;
      here.price[m] = here.bow[m] = 0;
    }
  }

  void add_rewards_to_pull(Here& here) const {
    for (std::size_t m = 0; m < readings_; ++m) {
      for (std::size_t k = 0; k < size_; ++k) here.pull[k] += here.price[m] * here.steer[m][k];
    }
  }

  /// U but for a constant.
  void evaluate(Here& here) const {
    look_around(here);
    for (std::size_t i = 0; i < curves_; ++i) {
      const LiveCurve& curve = curve_[i];
      const double sign = curve.sigmoid.sign;
      const Rise::Point point = curve.at(sign * here.y[curve.reading]);
      here.value += point.value;
      here.price[curve.reading] += sign * point.slope;
      here.bow[curve.reading] += point.curvature;
    }
    add_rewards_to_pull(here);
  }

  /// The same with hulls and walls; and the curves' part of the bound.
  void evaluate(Here& here, const Cell& cell) const {
    look_around(here);
    for (std::size_t i = 0; i < curves_; ++i) {
      const LiveCurve& curve = curve_[i];
      const Hull& hull = hull_[i];
      const double sign = curve.sigmoid.sign, v = sign * here.y[curve.reading];
      double value = 0, slope = 0, bow = 0;
      if (v >= hull.b) {
        // Above a cell no wall stands where the reading bends, and the rewards stay what they are.
        slope = hull.gentle;
        value = hull.at_b + slope * (v - hull.b);
        if (live_[curve.reading].bent) {
          const double wall = live_[curve.reading].wall, end = slope / wall, far = std::min(v - hull.b, end);
          value = hull.at_b + (slope - 0.5 * wall * far) * far;
          slope = far < end ? slope - wall * far : 0.0;
          bow = far < end ? -wall : 0.0;
        }
        here.rest += hull.at_b - slope * hull.b;
      } else if (v < hull.touch) {
        slope = hull.steep;
        value = hull.at_a + slope * (v - hull.a);
        here.rest += hull.at_a - slope * hull.a;
      } else {
        const Rise::Point point = curve.at(v);
        value = point.value;
        slope = point.slope;
        bow = std::min(0.0, point.curvature);
        here.rest += value - slope * v;
      }
      here.value += value;
      here.rest += curve.slack;
      here.price[curve.reading] += sign * slope;
      here.bow[curve.reading] += bow;
    }
    for (std::size_t m = 0; m < readings_; ++m) {
      const Live& live = live_[m];
      const double y = here.y[m];
      const double end = y < cell.low[m] ? cell.low[m] : (y > cell.high[m] && !live.bent ? cell.high[m] : y);
      if (end == y) continue;
      const double slope = live.wall * (end - y);
      here.value -= 0.5 * slope * (end - y);
      here.rest -= slope * end;
      here.price[m] += slope;
      here.bow[m] -= live.wall;
    }
    add_rewards_to_pull(here);
  }

  /// What hulls and walls make of U beyond what it is.
  double gap_of(const Here& here, const Cell& cell) const {
    double gap = 0;
    for (std::size_t i = 0; i < curves_; ++i) {
      const LiveCurve& curve = curve_[i];
      const Hull& hull = hull_[i];
      const Live& live = live_[curve.reading];
      const double v = curve.sigmoid.sign * here.y[curve.reading];
      if (v >= hull.b) {
        const double far = live.bent ? std::min(v - hull.b, hull.gentle / live.wall) : v - hull.b;
        gap += hull.at_b + (hull.gentle - (live.bent ? 0.5 * live.wall * far : 0.0)) * far - curve.at(v).value;
      } else if (v < hull.touch) {
        gap += hull.at_a + hull.steep * (v - hull.a) - curve.at(v).value;
      }
    }
    for (std::size_t m = 0; m < readings_; ++m) {
      const Live& live = live_[m];
      const double y = here.y[m];
      const double far = y < cell.low[m] ? cell.low[m] - y : (y > cell.high[m] && !live.bent ? y - cell.high[m] : 0.0);
      gap -= 0.5 * live.wall * far * far;
    }
    return gap;
  }

  /// No plan of the cell is worth more.
  double bound_at(const Here& here, double nu) const {
    double bound = here.base + here.rest;
    double hours = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      const double pull = here.pull[k] - nu * reduced_.time[k];
      bound += pull * (pull > 0 ? reduced_.most[k] - here.x[k] : -here.x[k]);
      hours += reduced_.time[k] * here.x[k];
    }
    for (std::size_t m = 0; m < readings_; ++m) bound += here.price[m] * here.y[m];
    if (nu > 0) bound += nu * (reduced_.budget - hours);
    return bound;
  }

  /// `guess`: about where the chord touches; anything will do.
  Hull hull_of(const LiveCurve& curve, double a, double b, double guess) const {
    const Rise::Point at_a = curve.at(a), at_b = curve.at(b);
    Hull hull{a, b, at_a.value, at_b.value, at_a.slope, at_b.slope, a};
    if (!(b > a) || a >= curve.turn) return hull;
    const auto excess = [&](const Rise::Point& point, double c) {
      return point.slope * (c - a) - (point.value - at_a.value);
    };
    hull.touch = b;
    if (b <= curve.turn || excess(at_b, b) >= 0) {
      hull.steep = hull.gentle = (at_b.value - at_a.value) / (b - a);
      return hull;
    }
    double least = curve.turn, most = b;
    double c =
        guess > least && guess < most ? guess : std::min(least + 1.5 * curve.sigmoid.noise, 0.5 * (least + most));
    Rise::Point point = curve.at(c);
    for (int round = 0; round < 60; ++round) {
      const double e = excess(point, c);
      (e > 0 ? least : most) = c;
      const double newton = c - e / (point.curvature * (c - a));
      const double next = newton > least && newton < most ? newton : 0.5 * (least + most);
      const bool close = std::fabs(next - c) <= 1e-8 * (c - a);
      c = next;
      point = curve.at(c);
      if (close) break;
    }
    hull.touch = c;
    hull.steep = (point.value - at_a.value) / (c - a);
    return hull;
  }

  // ---- Climbing ----

  enum class Side : signed char { inside, low, high };

  /// What holds a plan: efforts at their bounds, and the budget.
  void see_bounds(const PerActivity& x, bool keep) {
    double hours = 0;
    for (std::size_t k = 0; k < size_; ++k) {
      const Side side = x[k] <= 0 ? Side::low : (x[k] >= cap_[k] ? Side::high : Side::inside);
      side_[k] = keep && side_[k] == Side::inside ? Side::inside : side;
      hours += reduced_.time[k] * x[k];
    }
    budgeted_ = (budgeted_ || !keep) && hours >= reduced_.budget * (1 - 1e-14);
  }

  /// Minus the second derivatives at a plan; `tame` leaves out what is convex.
  void bend_at(const Here& here, bool tame) {
    for (std::size_t k = 0; k < size_; ++k) {
      for (std::size_t l = 0; l < size_; ++l) hessian_[k][l] = form_[k][l];
    }
    for (std::size_t m = 0; m < readings_; ++m) {
      const Live& live = live_[m];
      if (live.bent) {
        for (std::size_t k = 0; k < size_; ++k) hessian_[k][k] += here.price[m] * live.bend[k];
      }
      const double bow = tame ? std::min(0.0, here.bow[m]) : here.bow[m];
      if (bow == 0) continue;
      for (std::size_t k = 0; k < size_; ++k) {
        const double share = bow * here.steer[m][k];
        for (std::size_t l = 0; l < size_; ++l) hessian_[k][l] -= share * here.steer[m][l];
      }
    }
  }

  /// The system of the free efforts; with a budget that holds, one of them gives way to the others.
  struct System {
    std::size_t size = 0;
    std::array<std::size_t, kMostActivities> effort;
    bool gives_way = false;
    std::size_t pivot = 0;
    PerActivity rate;  ///< of the pivot, per unit of each
    PerActivity right, scale, root;
    Square lower;
  };

  template <class Free>
  void set_up(System& s, const Free& free, bool budgeted) const {
    s.size = 0;
    s.gives_way = false;
    for (std::size_t k = 0; k < size_; ++k) {
      if (!free(k)) continue;
      s.effort[s.size++] = k;
      if (budgeted && (!s.gives_way || reduced_.time[k] > reduced_.time[s.pivot])) {
        s.gives_way = true;
        s.pivot = k;
      }
    }
    if (s.gives_way) {
      --s.size;
      for (std::size_t a = 0; a < s.size; ++a) {
        if (s.effort[a] == s.pivot) s.effort[a] = s.effort[s.size];
      }
    }
    for (std::size_t a = 0; a < s.size; ++a) {
      const std::size_t k = s.effort[a];
      if (s.gives_way) {
        const double t = s.rate[a] = reduced_.time[k] / reduced_.time[s.pivot];
        const PerActivity& row = hessian_[s.pivot];
        for (std::size_t c = 0; c <= a; ++c) {
          const std::size_t l = s.effort[c];
          s.lower[a][c] = hessian_[k][l] - t * row[l] - s.rate[c] * row[k] + t * s.rate[c] * row[s.pivot];
        }
        s.scale[a] = std::fabs(hessian_[k][k]) + t * t * std::fabs(row[s.pivot]);
      } else {
        for (std::size_t c = 0; c <= a; ++c) s.lower[a][c] = hessian_[k][s.effort[c]];
        s.scale[a] = std::fabs(hessian_[k][k]);
      }
    }
  }

  enum class Factored { well, convex, flat };

  /// Row a of L D L'; the root is 0 where there is no curvature.
  Factored factor_row(System& s, std::size_t a, double least) const {
    for (std::size_t c = 0; c < a; ++c) {
      double sum = s.lower[a][c];
      for (std::size_t e = 0; e < c; ++e) sum -= s.lower[a][e] * s.root[e] * s.lower[c][e];
      s.lower[a][c] = s.root[c] > 0 ? sum / s.root[c] : 0.0;
    }
    double sum = s.lower[a][a];
    for (std::size_t e = 0; e < a; ++e) sum -= s.lower[a][e] * s.lower[a][e] * s.root[e];
    s.root[a] = sum > std::max(least * s.scale[a], faint_) ? sum : 0.0;
    if (s.root[a] > 0) return Factored::well;
    return sum < -1e-9 * s.scale[a] ? Factored::convex : Factored::flat;
  }

  enum class Programmed { well, convex, lost };

  /// The maximiser `goal_` of the quadratic model at a plan, by an active set that begins with what holds the plan; and
  /// the price of time there.
  Programmed program(const PerActivity& x) {
    goal_ = x;
    PerActivity pull = model_pull_;
    double small = size_of_pull_;
    for (std::size_t k = 0; k < size_; ++k) small = std::max(small, std::fabs(pull[k]));
    small *= 1e-13;
    System& s = system_;
    for (int change = 0; change < 100; ++change) {
      set_up(
          s, [&](std::size_t k) { return side_[k] == Side::inside; }, budgeted_);
      PerActivity way{};
      bool ray = false;
      for (std::size_t a = 0; a < s.size; ++a) {
        s.right[a] = pull[s.effort[a]] - (s.gives_way ? s.rate[a] * pull[s.pivot] : 0.0);
        const Factored row = factor_row(s, a, 1e-13);
        if (row == Factored::well) continue;
        if (row == Factored::convex) return Programmed::convex;
        // A direction without curvature: as far as it goes, if it goes up.
        way[a] = 1;
        double slope = s.right[a];
        for (std::size_t e = a; e-- > 0;) {
          double sum = 0;
          for (std::size_t f = e + 1; f <= a; ++f) sum -= s.lower[f][e] * way[f];
          way[e] = s.root[e] > 0 ? sum : 0.0;
          slope += s.right[e] * way[e];
        }
        if (std::fabs(slope) > small) {
          if (slope < 0) {
            for (std::size_t e = 0; e <= a; ++e) way[e] = -way[e];
          }
          ray = true;
          break;
        }
        way = {};
      }
      if (!ray) {
        for (std::size_t a = 0; a < s.size; ++a) {
          double sum = s.right[a];
          for (std::size_t e = 0; e < a; ++e) sum -= s.lower[a][e] * way[e];
          way[a] = sum;
        }
        for (std::size_t a = 0; a < s.size; ++a) way[a] = s.root[a] > 0 ? way[a] / s.root[a] : 0.0;
        for (std::size_t a = s.size; a-- > 0;) {
          for (std::size_t e = a + 1; e < s.size; ++e) way[a] -= s.lower[e][a] * way[e];
        }
      }

      // As far as bounds allow.
      PerActivity move{};
      for (std::size_t a = 0; a < s.size; ++a) {
        move[s.effort[a]] = way[a];
        if (s.gives_way) move[s.pivot] -= s.rate[a] * way[a];
      }
      double length = ray ? kInfinity : 1.0;
      std::size_t block = kMostActivities;
      double speed = 0, hours = 0;
      for (std::size_t k = 0; k < size_; ++k) {
        speed += reduced_.time[k] * move[k];
        hours += reduced_.time[k] * goal_[k];
        if (move[k] == 0) continue;
        const double room = std::max(0.0, move[k] < 0 ? goal_[k] / -move[k] : (cap_[k] - goal_[k]) / move[k]);
        if (room < length) {
          length = room;
          block = k;
        }
      }
      bool full = false;
      if (!budgeted_ && speed > 0 && reduced_.budget < kInfinity) {
        const double room = std::max(0.0, (reduced_.budget - hours) / speed);
        if (room < length) {
          length = room;
          full = true;
        }
      }
      if (length == kInfinity) return Programmed::lost;
      if (length > 0) {
        for (std::size_t k = 0; k < size_; ++k) {
          double drag = 0;
          for (std::size_t l = 0; l < size_; ++l) drag += hessian_[k][l] * move[l];
          pull[k] -= length * drag;
          goal_[k] += length * move[k];
        }
      }
      if (full) {
        budgeted_ = true;
        continue;
      }
      if (block < kMostActivities) {
        side_[block] = move[block] < 0 ? Side::low : Side::high;
        goal_[block] = move[block] < 0 ? 0.0 : cap_[block];
        continue;
      }

      // Whatever pulls the wrong way most is let go.
      double nu = 0;
      if (budgeted_ && s.gives_way) nu = pull[s.pivot] / reduced_.time[s.pivot];
      if (budgeted_ && !s.gives_way) {
        // Bounds and budget meet in a corner: any price will do between what enters next and what would leave first.
        double enters = 0, leaves = kInfinity;
        std::size_t leaver = 0, enterer = kMostActivities;
        for (std::size_t k = 0; k < size_; ++k) {
          const double worth = pull[k] / reduced_.time[k];
          if (side_[k] == Side::low && worth > enters) enters = worth, enterer = k;
          if (side_[k] == Side::high && worth < leaves) leaves = worth, leaver = k;
        }
        if (enters * (1 - 1e-13) > leaves + small) {
          side_[leaver] = Side::inside;
          if (enterer < kMostActivities) side_[enterer] = Side::inside;
          if (leaves < 0) budgeted_ = false;
          continue;
        }
        nu = enters;
      }
      double worst = small;
      std::size_t release = kMostActivities;
      for (std::size_t k = 0; k < size_; ++k) {
        if (side_[k] == Side::inside) continue;
        const double net = pull[k] - nu * reduced_.time[k], wrong = side_[k] == Side::low ? net : -net;
        if (wrong > worst) worst = wrong, release = k;
      }
      if (budgeted_ && -nu * reduced_.time[s.pivot] > worst) {
        budgeted_ = false;
        continue;
      }
      if (release == kMostActivities) {
        price_of_time_ = std::max(0.0, nu);
        return Programmed::well;
      }
      side_[release] = Side::inside;
    }
    return Programmed::lost;
  }

  enum class Climbed { top, hopeless, lost };

  /// The quadratic model's maximiser. A wall of the cell is part of the model if the plan is beyond it; or if the way
  /// to the maximiser runs into it, from where on it counts on both sides.
  Programmed program(const Here& here, const Cell* cell, bool tame) {
    model_pull_ = here.pull;
    bend_at(here, tame);
    Programmed programmed = program(here.x);
    if (!cell) return programmed;
    PerReading<bool> up;
    for (std::size_t m = 0; m < readings_; ++m) {
      up[m] = here.y[m] < cell->low[m] || (here.y[m] > cell->high[m] && !live_[m].bent);
    }
    for (std::size_t change = 0; programmed == Programmed::well && change < readings_; ++change) {
      std::size_t first = kReadings;
      double way = 1, end = 0;
      for (std::size_t m = 0; m < readings_; ++m) {
        if (up[m]) continue;
        double move = 0;
        for (std::size_t k = 0; k < size_; ++k) move += here.steer[m][k] * (goal_[k] - here.x[k]);
        if (move > 0 && live_[m].bent) continue;
        const double wall = move < 0 ? cell->low[m] : cell->high[m];
        if (!(std::fabs(wall - here.y[m]) < way * std::fabs(move))) continue;
        way = (wall - here.y[m]) / move;
        end = wall;
        first = m;
      }
      if (first == kReadings) break;
      up[first] = true;
      const PerActivity free_goal = goal_;
      const double free_price = price_of_time_, wall = live_[first].wall, slope = wall * (end - here.y[first]);
      for (std::size_t k = 0; k < size_; ++k) {
        model_pull_[k] += slope * here.steer[first][k];
        for (std::size_t l = 0; l < size_; ++l) hessian_[k][l] += wall * here.steer[first][k] * here.steer[first][l];
      }
      see_bounds(here.x, false);
      programmed = program(here.x);
      double gain = 0;
      for (std::size_t k = 0; k < size_; ++k) gain += here.pull[k] * (goal_[k] - here.x[k]);
      if (programmed == Programmed::well && gain > 0) continue;
      goal_ = free_goal;  // it must do without
      price_of_time_ = free_price;
      return Programmed::well;
    }
    return programmed;
  }

  /// Climbs from `here_.x` to a maximiser of U, or, if a cell is given, to that of its relaxation, until its bound says
  /// that nothing better is in it, or until it is clear that the relaxation promises too much.
  Climbed climb(const Cell* cell) {
    const auto look = [&](Here& at) { cell ? evaluate(at, *cell) : evaluate(at); };
    look(*here_);
    see_bounds(here_->x, false);
    double last = kInfinity;
    for (int round = 0; round < 60; ++round) {
      const Here& here = *here_;
      bool tame = false;
      Programmed programmed = program(here, cell, false);
      if (programmed == Programmed::convex) {
        tame = true;
        see_bounds(here.x, false);
        programmed = program(here, cell, true);
      }
      if (programmed != Programmed::well) return Climbed::lost;
      if (cell) {
        bound_ = std::min(bound_, bound_at(here, price_of_time_));
        if (hopeless(bound_)) return Climbed::hopeless;
        const double open = bound_ - here.value;
        if (open < 0.1 * (bound_ - best())) {
          const double gap = gap_of(here, *cell);
          if (gap > tie() && open < 0.1 * gap) return Climbed::top;
        }
      }
      double size = 0, gain = 0;
      for (std::size_t k = 0; k < size_; ++k) {
        const double way = goal_[k] - here.x[k];
        size = std::max(size, std::fabs(way) / (1 + here.x[k]));
        gain += here.pull[k] * way;
      }
      if (size <= 1e-11 || (size <= 1e-8 && size >= 0.5 * last)) {
        precision_ = size;
        return Climbed::top;
      }
      last = size;
      const bool last_step = !cell && !tame && size <= 1e-7 && within_noise(here, 1e-5);
      if (!advance(look, gain)) return Climbed::lost;
      if (last_step && advance_ == 1) {  // Newton's method: what is left is smaller by far
        precision_ = 0;
        return Climbed::top;
      }
      if (advance_ < 1) see_bounds(here_->x, true);
    }
    return Climbed::lost;
  }

  /// Does the way to the goal change readings by no more than a share of their noise?
  bool within_noise(const Here& here, double share) const {
    for (std::size_t m = 0; m < readings_; ++m) {
      double move = 0;
      for (std::size_t k = 0; k < size_; ++k) move += here.steer[m][k] * (goal_[k] - here.x[k]);
      if (!(std::fabs(move) <= share * live_[m].noise)) return false;
    }
    return true;
  }

  /// Goes towards the goal: all the way, or about to where it no longer goes up.
  template <class Look>
  bool advance(const Look& look, double gain) {
    const Here& here = *here_;
    const double rounding = 1e-15 * (1 + std::fabs(here.value));
    double low = 0, high = 1, at_low = gain, at_high = 0, share = 1;
    bool found = false;
    for (int trial = 0; trial < 40; ++trial) {
      Here& there = *there_;
      for (std::size_t k = 0; k < size_; ++k) {
        there.x[k] = share == 1 ? goal_[k] : here.x[k] + share * (goal_[k] - here.x[k]);
      }
      look(there);
      double slope = 0;
      for (std::size_t k = 0; k < size_; ++k) slope += there.pull[k] * (goal_[k] - here.x[k]);
      const bool up = there.value >= here.value + 0.05 * share * gain - rounding;
      if (up && (share == 1 || std::fabs(slope) <= 0.5 * gain || trial >= 8)) {
        found = true;
        break;
      }
      if (slope >= 0 && up) {
        low = share;
        at_low = slope;
      } else {
        high = share;
        at_high = std::min(slope, 0.0);
      }
      const double part = at_low / (at_low - at_high);
      share = low + (high - low) * std::clamp(at_high < 0 ? part : 0.5, low > 0 ? 0.3 : 0.1, 0.7);
    }
    advance_ = share;
    if (found) std::swap(here_, there_);
    return found;
  }

  /// Is the plan a strict maximiser, by the second derivatives along whatever does not hold it firmly?
  bool strict(const Here& here) {
    bend_at(here, false);
    double weak = size_of_pull_;
    for (std::size_t m = 0; m < readings_; ++m) {
      for (std::size_t k = 0; k < size_; ++k) weak = std::max(weak, std::fabs(here.price[m] * here.steer[m][k]));
    }
    weak *= 1e-9;
    // What is left on efforts that are free is rounding.
    for (std::size_t k = 0; k < size_; ++k) {
      if (side_[k] != Side::inside) continue;
      weak = std::max(weak, 10 * std::fabs(here.pull[k] - price_of_time_ * reduced_.time[k]));
    }
    const bool budgeted = budgeted_ && price_of_time_ * reduced_.time[0] > weak;
    set_up(
        system_,
        [&](std::size_t k) {
          return side_[k] == Side::inside || std::fabs(here.pull[k] - price_of_time_ * reduced_.time[k]) <= weak;
        },
        budgeted);
    for (std::size_t a = 0; a < system_.size; ++a) {
      if (factor_row(system_, a, 1e-10) != Factored::well) return false;
    }
    return true;
  }

  // ---- Cells ----

  bool fits(const PerActivity& x) const {
    double hours = 0;
    for (std::size_t k = 0; k < size_; ++k) hours += reduced_.time[k] * x[k];
    return hours <= reduced_.budget * (1 + 1e-13);
  }

  /// Climbs to a local maximiser of U and takes it in; null if there is none to be found.
  const Peak* discover(const PerActivity& start) {
    here_->x = start;
    if (climb(nullptr) != Climbed::top || precision_ > 1e-8 || !fits(here_->x)) return nullptr;
    const Here& here = *here_;
    const PerActivity efforts = spread(here.x);
    if (contenders_.best() == -kInfinity) offset_ = utility(decision_, efforts) - here.value;
    contenders_.add(efforts);
    if (!strict(here)) doubtful_ = std::max(doubtful_, here.value + offset_);
    Peak& peak = peak_[peaks_ < kPeaks ? peaks_++ : kPeaks - 1];
    certify(here, peak);
    return &peak;
  }

  /// Which readings around its own a local maximiser settles.
  ///
  /// A curve that is past its turn there is below its tangent, back to where that is no longer so; one that is next to
  /// flat, up to where it no longer is. What is left, convex curves on a slope, is settled nearby, see `bears`.
  void certify(const Here& here, Peak& peak) {
    const double little = kNegligible * tie();
    bool all_settled = true;
    Surroundings near;
    for (std::size_t m = 0; m < readings_; ++m) {
      peak.y[m] = here.y[m];
      peak.low[m] = live_[m].low;
      peak.high[m] = live_[m].high;
      near.local[m] = false;
    }
    for (std::size_t i = 0; i < curves_; ++i) {
      const LiveCurve& curve = curve_[i];
      const std::size_t m = curve.reading;
      const bool rising = curve.sigmoid.sign > 0;
      const double v = rising ? here.y[m] : -here.y[m];
      const double a = rising ? live_[m].low : -live_[m].high, b = rising ? live_[m].high : -live_[m].low;
      near.at[i] = curve.at(v);
      near.convex[i] = false;
      double low = a, high = b;
      if (v >= curve.turn) {
        low = before_concave(curve, v, near.at[i], a, 0);
        near.convex[i] = low == curve.turn && low > a;
      } else if (near.at[i].slope * (v - a) <= little) {
        high = while_flat(curve, v, near.at[i], b);
      } else {
        near.convex[i] = true;
      }
      if (near.convex[i]) {
        near.local[m] = true;
        all_settled = false;
        low = a;
        high = b;
      }
      peak.low[m] = std::max(peak.low[m], rising ? low : -high);
      peak.high[m] = std::min(peak.high[m], rising ? high : -low);
    }
    if (all_settled) return;
    near.helped = false;
    for (near.share = 2; near.share > 0.005; near.share *= 0.5) {
      for (const bool far : {true, false}) {
        near.far_below = far;
        Peak part = peak;
        if (!bears(here, near, part)) continue;
        peak = part;
        return;
      }
    }
    for (std::size_t m = 0; m < readings_; ++m) {
      if (near.local[m]) peak.low[m] = peak.high[m] = here.y[m];
    }
  }

  /// From where on a curve is below its tangent at a v past its turn: before the turn by more than a tie, and all the
  /// more by `more`.
  double before_concave(const LiveCurve& curve, double v, const Rise::Point& at, double a, double more) const {
    if (a >= curve.turn) return a;
    const double margin = 1.1 * tie() + curve.slack + more;
    const auto excess = [&](double u) { return curve.at(u).value - (at.value + at.slope * (u - v)) + margin; };
    double bad = a, good = curve.turn;
    const double at_bad = excess(bad);
    double at_good = excess(good);
    if (at_good > 0) return curve.turn;
    if (at_bad <= 0) return a;
    // Chords of a convex function: where they cross zero, it is below.
    for (int round = 0; round < 3; ++round) {
      const double next = good + (bad - good) * (at_good / (at_good - at_bad));
      const double at_next = excess(next);
      if (at_next > 0) break;
      good = next;
      at_good = at_next;
    }
    return good;
  }

  /// Up to where a curve stays within next to nothing of its tangent at a v before its turn.
  double while_flat(const LiveCurve& curve, double v, const Rise::Point& at, double b) const {
    const double little = kNegligible * tie();
    const auto excess = [&](double u) { return curve.at(u).value - (at.value + at.slope * (u - v)) - little; };
    double good = v, bad = std::min(b, curve.turn);
    if (excess(bad) <= 0) return bad;
    for (int round = 0; round < 5; ++round) {
      const double middle = 0.5 * (good + bad);
      (excess(middle) <= 0 ? good : bad) = middle;
    }
    return good;
  }

  struct Surroundings {
    PerReading<bool> local;  ///< are there convex curves to be borne?
    PerCurve<Rise::Point> at;
    PerCurve<bool> convex;
    double share;    ///< of the noise, on either side
    bool far_below;  ///< or, where curves fall off, to the end
    bool helped;     ///< does it take the concave curves of other readings, which then count nearby only?
  };

  /// Whether nothing around the plan is better than it, as far as a share of the noise.
  ///
  /// Let k be the greatest second derivative of a reading's curves there, and E how much they exceed their tangent: at
  /// most k dy^2 / 2, at most some `most`, and changing by at most `down` and `up` per unit as the reading falls and
  /// rises. Off the plan, let basic efforts (free ones, less one that makes up for the budget) follow what leaves its
  /// bounds, z >= 0, as the form H wants, plus u. Then dy = a.u + b.z, and c + p y falls by at least u'Hu / 2 + l.z,
  /// with l > 0 what leaving bounds costs. Let s = 1 / (a'H^-1 a) > k. Over u, E less u'Hu / 2 is at most what b.z
  /// changes E by, and at most min(k s / (s - k) (b.z)^2 / 2, most) <= sqrt(k s / (s - k) most / 2) |b.z|; either of
  /// which must not be more than l.z. Several readings share s and l.
  ///
  /// A bent reading is at most what its tangent says, and less by q = d'bend d / 2 below that; its curves then exceed
  /// by up to q times `down` more, which is taken from H.
  ///
  /// Concave curves of straight readings add to H what they fall short of their tangents. They do so nearby; but where
  /// that is as much as all E at the ends, they fall short by no less beyond.
  bool bears(const Here& here, Surroundings& near, Peak& peak) {
    PerReading<double> curvature{}, most{}, down{}, up{};
    std::size_t shares = 0;
    double all = 0;
    for (std::size_t m = 0; m < readings_; ++m) {
      if (!near.local[m]) continue;
      const double reach = near.share * live_[m].noise;
      double low = std::max(peak.low[m], here.y[m] - reach), high = std::min(peak.high[m], here.y[m] + reach);
      bool rises = false, falls = false;
      for (std::size_t i = 0; i < curves_; ++i) {
        if (curve_[i].reading == m && near.convex[i]) (curve_[i].sigmoid.sign > 0 ? rises : falls) = true;
      }
      if (near.far_below && rises && !falls) low = peak.low[m];
      if (near.far_below && falls && !rises) high = peak.high[m];
      peak.low[m] = low;
      peak.high[m] = high;
      for (std::size_t i = 0; i < curves_; ++i) {
        if (curve_[i].reading != m) continue;
        const LiveCurve& curve = curve_[i];
        const bool rising = curve.sigmoid.sign > 0;
        const double v = rising ? here.y[m] : -here.y[m], va = rising ? low : -high, vb = rising ? high : -low;
        const double bend = curve.sigmoid.greatest_curvature(va, vb);
        if (!near.convex[i]) {
          curvature[m] += std::min(0.0, bend);
          continue;
        }
        curvature[m] += std::max(0.0, bend);
        // Convex on the left, so most at the end; on the right no more than the curvature makes of it.
        const Rise::Point left = curve.at(va), right = curve.at(std::clamp(curve.turn, v, vb));
        const double slope = near.at[i].slope, steepest = std::max(slope, right.slope);
        (rising ? down : up)[m] += steepest - left.slope;
        (rising ? up : down)[m] += steepest - slope;
        most[m] +=
            std::max(left.value - near.at[i].value + slope * (v - va), 0.5 * std::max(0.0, bend) * (vb - v) * (vb - v));
      }
      if (curvature[m] > 0) ++shares;
      all += most[m];
    }
    for (std::size_t m = 0; near.helped && m < readings_; ++m) {
      if (near.local[m] || live_[m].bent) continue;
      // As wide as the noise, but not too near the turn.
      const double reach = live_[m].noise;
      double best_bend = 0, low = 0, high = 0;
      std::size_t best_curve = kCurves;
      for (std::size_t i = 0; i < curves_; ++i) {
        if (curve_[i].reading != m) continue;
        const bool rising = curve_[i].sigmoid.sign > 0;
        const double v = rising ? here.y[m] : -here.y[m];
        if (v <= curve_[i].turn) continue;
        const double va = std::max(v - reach, 0.5 * (v + curve_[i].turn)), vb = v + reach;
        const double bend = curve_[i].sigmoid.greatest_curvature(va, vb);
        if (!(bend < best_bend)) continue;
        best_bend = bend;
        best_curve = i;
        low = std::max(peak.low[m], rising ? va : -vb);
        high = std::min(peak.high[m], rising ? vb : -va);
      }
      if (best_curve == kCurves) continue;
      curvature[m] = best_bend;
      const LiveCurve& curve = curve_[best_curve];
      const bool rising = curve.sigmoid.sign > 0;
      const auto enough = [&](double far) { return -0.5 * best_bend * far * far >= all; };
      if (low > peak.low[m]) {
        if (!enough(here.y[m] - low)) {
          peak.low[m] = low;
        } else if (rising) {
          peak.low[m] = std::max(peak.low[m], before_concave(curve, here.y[m], near.at[best_curve], live_[m].low, all));
        }
      }
      if (high < peak.high[m]) {
        if (!enough(high - here.y[m])) {
          peak.high[m] = high;
        } else if (!rising) {
          peak.high[m] =
              std::min(peak.high[m], -before_concave(curve, -here.y[m], near.at[best_curve], -live_[m].high, all));
        }
      }
    }

    for (std::size_t k = 0; k < size_; ++k) {
      for (std::size_t l = 0; l < size_; ++l) hessian_[k][l] = form_[k][l];
      for (std::size_t m = 0; m < readings_; ++m) {
        hessian_[k][k] += (here.price[m] - down[m]) * live_[m].bend[k];
        if (!(curvature[m] < 0) || live_[m].bent) continue;
        const double share = -curvature[m] * here.steer[m][k];
        for (std::size_t l = 0; l < size_; ++l) hessian_[k][l] += share * here.steer[m][l];
      }
    }
    System& s = system_;
    set_up(
        s, [&](std::size_t k) { return side_[k] == Side::inside; }, budgeted_);
    if (budgeted_ && !s.gives_way) return false;
    for (std::size_t a = 0; a < s.size; ++a) {
      if (factor_row(s, a, 1e-11) == Factored::well) continue;
      near.helped = true;
      return false;
    }
    // L^-1 of a column, less what the pivot makes up for.
    const auto reduced = [&](const PerActivity& column) {
      PerActivity w;
      for (std::size_t a = 0; a < s.size; ++a) {
        w[a] = column[s.effort[a]] - (s.gives_way ? s.rate[a] * column[s.pivot] : 0.0);
        for (std::size_t e = 0; e < a; ++e) w[a] -= s.lower[a][e] * w[e];
      }
      return w;
    };
    for (std::size_t m = 0; m < readings_; ++m) {
      if (!(curvature[m] > 0)) continue;
      const PerActivity direction = reduced(here.steer[m]);
      double give = 0;
      for (std::size_t a = 0; a < s.size; ++a) give += direction[a] * direction[a] / s.root[a];
      const double part = 0.9 / static_cast<double>(shares), stiffness = part / give;
      if (give > 0 && !(curvature[m] < stiffness)) return false;
      const double raised = give > 0 ? curvature[m] * stiffness / (stiffness - curvature[m]) : curvature[m];
      const double steep = std::sqrt(0.5 * raised * most[m]);
      // One bound after the other is left: those of efforts, then the budget.
      for (std::size_t k = 0; k <= size_; ++k) {
        const bool time = k == size_;
        if (time ? !budgeted_ : side_[k] == Side::inside) continue;
        const double net = time ? price_of_time_ : std::fabs(here.pull[k] - price_of_time_ * reduced_.time[k]);
        PerActivity way{};
        if (!time) way[k] = side_[k] == Side::low ? 1 : -1;
        if (s.gives_way) way[s.pivot] = -(time ? 1.0 : way[k] * reduced_.time[k]) / reduced_.time[s.pivot];
        double rate = 0;
        PerActivity drag;
        for (std::size_t f = 0; f < size_; ++f) {
          rate += here.steer[m][f] * way[f];
          drag[f] = 0;
          for (std::size_t g = 0; g < size_; ++g) drag[f] += hessian_[f][g] * way[g];
        }
        const PerActivity response = reduced(drag);
        for (std::size_t a = 0; a < s.size; ++a) rate -= direction[a] * response[a] / s.root[a];
        const double changes = std::min(steep, rate > 0 ? up[m] : down[m]);
        if (!(changes * std::fabs(rate) <= part * net)) return false;
      }
    }
    return true;
  }

  bool push(const Cell& cell) {
    if (cells_ == kCells) return false;
    cell_[cells_++] = cell;
    return true;
  }

  /// Cuts what a peak settles out of a cell; `cut` tells whether that is anything to speak of.
  bool carve(const Peak& peak, const Cell& cell, bool& cut) {
    cut = true;
    for (std::size_t m = 0; m < readings_; ++m) {
      const double low = std::max(cell.low[m], peak.low[m]), high = std::min(cell.high[m], peak.high[m]);
      const double worthwhile = std::min(0.05 * (cell.high[m] - cell.low[m]), 0.5 * (peak.high[m] - peak.low[m]));
      if (!(high > low && high - low >= worthwhile)) cut = false;
    }
    if (!cut) return true;
    Cell rest = cell;
    for (std::size_t m = 0; m < readings_; ++m) {
      if (peak.low[m] > rest.low[m]) {
        Cell below = rest;
        below.high[m] = rest.low[m] = peak.low[m];
        if (!push(below)) return false;
      }
      if (peak.high[m] < rest.high[m]) {
        Cell above = rest;
        above.low[m] = rest.high[m] = peak.high[m];
        if (!push(above)) return false;
      }
    }
    return true;
  }

  /// Bounds a cell and looks for maximisers in it; divides it if it is not done with. False where that fails.
  bool examine(Cell cell) {
    for (std::size_t i = 0; i < curves_; ++i) {
      const LiveCurve& curve = curve_[i];
      const double low = cell.low[curve.reading], high = cell.high[curve.reading];
      const double a = curve.sigmoid.sign > 0 ? low : -high, b = curve.sigmoid.sign > 0 ? high : -low;
      if (hulls_ && hull_[i].a == a && hull_[i].b == b) continue;
      hull_[i] = hull_of(curve, a, b, hulls_ ? hull_[i].touch : a);
    }
    hulls_ = true;
    bound_ = cell.bound;
    here_->x = cell.start;
    const Climbed climbed = climb(&cell);
    if (climbed == Climbed::hopeless) return true;
    if (climbed == Climbed::lost) return false;
    const PerActivity x = here_->x;
    const PerReading<double> y = here_->y;
    cell.bound = bound_;
    cell.start = x;
    const double value = here_->value - gap_of(*here_, cell);
    if (bound_ - value <= kEnough * std::max(tie(), tie_width(value + offset_))) return discover(x) != nullptr;

    bool cut = false;
    for (std::size_t p = 0; p < peaks_ && !cut; ++p) {
      if (!carve(peak_[p], cell, cut)) return false;
    }
    if (cut) return true;
    if (value >= best() || !has_peak(cell)) {
      const Peak* peak = discover(x);
      if (!peak || !carve(*peak, cell, cut)) return false;
    }
    return cut || halve(cell, y);
  }

  bool has_peak(const Cell& cell) const {
    for (std::size_t p = 0; p < peaks_; ++p) {
      bool inside = true;
      for (std::size_t m = 0; m < readings_; ++m) {
        inside = inside && peak_[p].y[m] >= cell.low[m] && peak_[p].y[m] <= cell.high[m];
      }
      if (inside) return true;
    }
    return false;
  }

  /// Divides a cell at the reading whose hulls are farthest from the truth.
  bool halve(const Cell& cell, const PerReading<double>& y) {
    double most = 0, at = 0;
    std::size_t reading = kReadings;
    for (std::size_t i = 0; i < curves_; ++i) {
      const LiveCurve& curve = curve_[i];
      const Hull& hull = hull_[i];
      const std::size_t m = curve.reading;
      const double sign = curve.sigmoid.sign, v = std::clamp(sign * y[m], hull.a, hull.b);
      if (v >= hull.touch) continue;
      const double gap = hull.at_a + hull.steep * (v - hull.a) - curve.at(v).value;
      if (gap <= most) continue;
      most = gap;
      reading = m;
      const double width = cell.high[m] - cell.low[m], turn = sign * curve.turn;
      const bool by_turn =
          turn > cell.low[m] + 0.05 * width && turn < cell.high[m] - 0.05 * width && width > 3 * curve.sigmoid.noise;
      at = by_turn ? turn : std::clamp(sign * v, cell.low[m] + 0.15 * width, cell.high[m] - 0.15 * width);
    }
    if (reading == kReadings) return false;
    Cell half = cell;
    half.high[reading] = at;
    if (!push(half)) return false;
    half = cell;
    half.low[reading] = at;
    return push(half);
  }

  const Decision& decision_;
  const Reduced& reduced_;
  std::size_t size_ = 0, readings_ = 0, curves_ = 0, cells_ = 0, peaks_ = 0;
  PerActivity linear_, cap_;
  Square form_, hessian_;
  double size_of_pull_ = 0;  ///< the order of what efforts are worth
  double widest_ = 0;        ///< of what efforts can be
  double faint_ = 0;         ///< a curvature that makes no difference to that over all efforts
  PerReading<Live> live_;
  PerCurve<LiveCurve> curve_;
  PerCurve<Hull> hull_;
  bool hulls_ = false;  ///< are there any yet?
  std::array<Cell, kCells> cell_;
  std::array<Peak, kPeaks> peak_;
  std::array<Side, kMostActivities> side_{};
  bool budgeted_ = false;
  System system_;
  PerActivity model_pull_, goal_;
  double price_of_time_ = 0;
  double bound_ = 0;
  double precision_ = 0;
  double offset_ = 0;             ///< U less what is climbed
  double doubtful_ = -kInfinity;  ///< U of the best maximiser that is none by itself
  std::array<Here, 2> place_;
  Here* here_ = &place_[0];
  Here* there_ = &place_[1];
  double advance_ = 0;  ///< how much of the way to the goal the last step went
  Contenders contenders_{decision_};
};

}  // namespace

bool decide_by_hulls(const Decision& decision, const Reduced& reduced, PerActivity& efforts) {
  if (reduced.interacting || !reduced.concave || reduced.open_ended || reduced.size == 0) return false;
  Search search(decision, reduced);
  return search.prepare() && search.solve(efforts);
}

}  // namespace goodhart::detail

bool goodhart::decide_by_hulls(const Decision& decision, PerActivity& efforts) {
  return detail::decide_by_hulls(decision, detail::reduce(decision), efforts);
}
