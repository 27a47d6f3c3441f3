/// The exact decision: utility, the choice of method, water filling, and the scan over the price of one reading.
#include "goodhart/model/decision.hpp"

#include <algorithm>
#include <cmath>

#include "contenders.hpp"
#include "goodhart/core/scratch.hpp"
#include "goodhart/model/charges.hpp"
#include "reduction.hpp"
#include "sigmoid.hpp"

namespace goodhart {

using detail::Contenders;
using detail::kInfinity;
using detail::Reduced;
using detail::Sigmoid;

namespace {

/// Maximises sum_k (linear_k x_k - curvature_k x_k^2 / 2) - strain / 2 (time . x - slack)^2 over 0 <= x <= most and
/// time . x <= budget, for curvature >= 0, exactly.
///
/// All activities see one price of time, nu = strain (time . x - slack) + (multiplier of the budget), and
/// x_k = clip((linear_k - nu time_k) / curvature_k, 0, most_k). The price is lowered from where nothing is done past
/// the prices at which an activity enters or reaches its cap, until it pays for itself. Between these, hours are a
/// straight line, hours = intercept - slope nu. An activity without curvature enters at once, and is the one that is
/// filled in part. Activities that enter at the same price do so non-gaming first, then as listed. Efforts that nothing
/// speaks for stay 0. An effort is infinite where nothing bounds it.
class Filling {
 public:
  Filling(const Reduced& reduced, const double* first, const double* second)
      : problem_(reduced), linear_(first), curvature_(second) {}

  void into(double* efforts) {
    line_up();
    lower_price();
    add_up_anew();
    if (partial_ < 0) price_ = settled_price();
    double hours = 0;
    for (int k = 0; k < problem_.size; ++k) {
      efforts[k] = effort_at(k, price_);
      hours += problem_.time[at(k)] * efforts[k];
    }
    if (partial_ < 0 && slope_ > 0) correct(efforts, hours);
    if (partial_ >= 0) efforts[partial_] = part_of(hours);
  }

 private:
  enum class Stage : unsigned char { idle, between, full };
  struct Event {
    double price;
    int activity;
    bool leaves;  ///< reaches its cap
  };
  static std::size_t at(int k) { return static_cast<std::size_t>(k); }

  /// The prices at which activities enter and reach their caps, the highest first; where two are the same, what is no
  /// gaming comes first.
  void line_up() {
    for (int k = 0; k < problem_.size; ++k) {
      insert({linear_[k] / problem_.time[at(k)], k, false});
      if (curvature_[k] > 0 && problem_.most[at(k)] < kInfinity) {
        insert({(linear_[k] - curvature_[k] * problem_.most[at(k)]) / problem_.time[at(k)], k, true});
      }
    }
  }
  bool before(const Event& a, const Event& b) const {
    const double close = 1e-13 * (std::fabs(a.price) + std::fabs(b.price));
    if (std::fabs(a.price - b.price) > close) return a.price > b.price;
    const bool a_games = problem_.gaming_time[at(a.activity)] > 0;
    const bool b_games = problem_.gaming_time[at(b.activity)] > 0;
    return a_games != b_games ? b_games : a.activity < b.activity;
  }
  void insert(Event event) {
    int place = count_++;
    for (; place > 0 && before(event, events_[at(place - 1)]); --place) events_[at(place)] = events_[at(place - 1)];
    events_[at(place)] = event;
  }

  /// Where the price pays for itself with the activities entered so far.
  double settled_price() const {
    const double strain = problem_.strain, budget = problem_.budget;
    const double felt = strain * (intercept_ - problem_.slack) / (1 + strain * slope_);
    const double bound = slope_ > 0 && budget < kInfinity ? (intercept_ - budget) / slope_ : -kInfinity;
    return std::max(strain > 0 ? felt : 0.0, bound);
  }
  /// The hours that are worth a price.
  double wanted() const { return problem_.strain > 0 ? problem_.slack + price_ / problem_.strain : kInfinity; }

  /// Lowers the price of time until it pays for itself, or an activity without curvature takes what is left.
  void lower_price() {
    int between = 0;
    for (int e = 0; e < count_ && partial_ < 0; ++e) {
      const Event& event = events_[at(e)];
      const auto k = at(event.activity);
      const double t = problem_.time[k];
      if (settled_price() >= event.price) break;
      // Where nothing lies between its bounds, the budget may be used up without a price of its own.
      if (between == 0 && intercept_ >= problem_.budget * (1 - 1e-15)) break;
      if (event.leaves) {
        intercept_ += t * (problem_.most[k] - linear_[k] / curvature_[k]);
        slope_ = --between > 0 ? slope_ - t * t / curvature_[k] : 0.0;
        stage_[k] = Stage::full;
      } else if (curvature_[k] > 0) {
        intercept_ += t * linear_[k] / curvature_[k];
        slope_ += t * t / curvature_[k];
        stage_[k] = Stage::between;
        ++between;
      } else {
        fill_flat(event);
      }
    }
  }
  void fill_flat(const Event& event) {
    const auto k = at(event.activity);
    const double t = problem_.time[k];
    price_ = event.price;
    const double hours = intercept_ - slope_ * event.price;
    const double room = std::max(0.0, std::min(problem_.budget, wanted()) - hours);
    if (room <= t * problem_.most[k]) {
      partial_ = event.activity;
    } else {
      intercept_ += t * problem_.most[k];
      stage_[k] = Stage::full;
    }
  }

  /// The sums once more, free of what cancelled on the way.
  void add_up_anew() {
    intercept_ = slope_ = 0;
    for (int k = 0; k < problem_.size; ++k) {
      const double t = problem_.time[at(k)];
      if (stage_[at(k)] == Stage::full) intercept_ += t * problem_.most[at(k)];
      if (stage_[at(k)] == Stage::between) {
        intercept_ += t * linear_[k] / curvature_[k];
        slope_ += t * t / curvature_[k];
      }
    }
  }
  double effort_at(int k, double price) const {
    const double most = problem_.most[at(k)];
    if (stage_[at(k)] == Stage::full) return most;
    if (stage_[at(k)] == Stage::idle) return 0;
    return std::clamp((linear_[k] - price * problem_.time[at(k)]) / curvature_[k], 0.0, most);
  }

  /// Where prices are high and curvatures low, rounding of the price shows in the hours: a correction, too small to be
  /// seen in the price, puts it right.
  void correct(double* efforts, double hours) const {
    const double strain = problem_.strain, budget = problem_.budget;
    const bool bound = budget < kInfinity && price_ == (intercept_ - budget) / slope_;
    const double change =
        bound ? (hours - budget) / slope_
              : (strain > 0 ? (strain * (hours - problem_.slack) - price_) / (1 + strain * slope_) : 0.0);
    for (int k = 0; k < problem_.size; ++k) {
      if (stage_[at(k)] != Stage::between) continue;
      const double corrected = efforts[k] - problem_.time[at(k)] * change / curvature_[k];
      efforts[k] = std::clamp(corrected, 0.0, problem_.most[at(k)]);
    }
  }
  /// What the activity takes that is filled in part.
  double part_of(double hours) const {
    const auto k = at(partial_);
    return std::clamp((std::min(problem_.budget, wanted()) - hours) / problem_.time[k], 0.0, problem_.most[k]);
  }

  const Reduced& problem_;
  const double* linear_;
  const double* curvature_;
  std::array<Event, 2 * kMostActivities> events_;
  int count_ = 0;
  double intercept_ = 0, slope_ = 0;  ///< hours at price 0, and what a price takes of them
  std::array<Stage, kMostActivities> stage_{};
  int partial_ = -1;  ///< the activity without curvature that is filled in part
  double price_ = 0;
};

void fill(const Reduced& problem, const double* linear, const double* curvature, double* efforts) {
  Filling(problem, linear, curvature).into(efforts);
}

/// Maximises f(x) + phi(y(x)), f the concave quadratic and phi the rewards on one reading y, over the price of y.
///
/// x(p) = argmax f + p y traces V(y) = max {f : reading y}, which is concave with slope -p, as p rises. A maximiser of
/// V + phi is found by dividing an interval of readings until on each part V + phi is monotone, is concave (then its
/// stationary point is found by root bracketing), or cannot reach the best value known. V is bounded by its
/// tangents; of phi, concave curves by tangents and convex ones by chords. Where x(p) jumps, V is straight in between.
///
/// Values and slopes of up to `kSpots` rewards are kept with the node at which they were taken; others are taken again.
template <std::size_t kSpots>
class Scan {
 public:
  Scan(const Decision& decision, const Reduced& reduced)
      : decision_(decision), reduced_(reduced), reading_(reduced.reading[0]), contenders_(decision) {
    for (const Curve& curve : decision.curves) {
      if (curve.reading == reading_) rewards_.emplace_back(curve);
    }
    const Reading& reading = decision.reading[static_cast<std::size_t>(reading_)];
    stiffness_ = 0;
    double give = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
      const auto k = static_cast<std::size_t>(reduced.activity[i]);
      loading_[i] = reading.loading[k];
      bend_[i] = reading.bend[k];
      bent_ = bent_ || bend_[i] != 0;
      const double reach = std::max(std::fabs(loading_[i]), bend_[i] * reduced.most[i] - loading_[i]);
      if (reach == 0 || (loading_[i] == 0 && bend_[i] == 0)) continue;
      give += reduced.curvature[i] > 0 ? reach * reach / reduced.curvature[i] : kInfinity;
    }
    stiffness_ = give > 0 ? 1 / give : 0;
  }

  void solve(PerActivity& efforts) {
    double up = 0;
    double down = 0;
    for (const Sigmoid& sigmoid : rewards_) {
      if (sigmoid.weight == 0) continue;
      const double steepest = sigmoid.steepest();
      if (steepest < kInfinity) (sigmoid.sign > 0 ? up : down) += steepest;
    }
    Node left = at_price(-down);
    Node right = up == -down ? left : at_price(up);
    note(left);
    note(right);
    search(left, right);
    for (const Sigmoid& reward : rewards_) {
      if (reward.step && reward.noise == 0) reach_for(reward, left, right);
    }
    efforts = contenders_.winner();
  }

 private:
  struct Node {
    double price;  ///< -price is a supergradient of V at y
    double y;
    double value;  ///< V(y), without phi
    bool bound;    ///< is the budget used up?
    PerActivity efforts;
    mutable unsigned seen = 0;  ///< bit c: spots[c] is known
    mutable std::array<Sigmoid::Spot, kSpots> spots;
  };

  /// The c-th reward at a node.
  Sigmoid::Spot spot(const Node& node, std::size_t c) const {
    const double v = rewards_[c].sign * node.y;
    if (c >= kSpots) return rewards_[c].spot(v);
    if ((node.seen >> c & 1U) == 0) node.spots[c] = rewards_[c].spot(v);
    node.seen |= 1U << c;
    return node.spots[c];
  }

  Node at_price(double price) const {
    Node node;
    node.price = price;
    PerActivity linear{};
    PerActivity curvature{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced_.size); ++i) {
      linear[i] = reduced_.linear[i] + price * loading_[i];
      curvature[i] = reduced_.curvature[i] + price * bend_[i];
      // A curvature that is lost in the rounding of slopes (of a price next to none) says nothing of the effort.
      if (curvature[i] * reduced_.most[i] < 1e-12 * std::fabs(linear[i])) curvature[i] = 0;
    }
    fill(reduced_, linear.data(), curvature.data(), node.efforts.data());
    measure(node);
    return node;
  }

  void measure(Node& node) const {
    double y = 0;
    double value = 0;
    double hours = -reduced_.slack;
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced_.size); ++i) {
      const double x = node.efforts[i];
      y += (loading_[i] - 0.5 * bend_[i] * x) * x;
      value += (reduced_.linear[i] - 0.5 * reduced_.curvature[i] * x) * x;
      hours += reduced_.time[i] * x;
    }
    node.y = y;
    node.value = value - 0.5 * reduced_.strain * hours * hours;
    node.bound = hours + reduced_.slack >= reduced_.budget * (1 - 1e-13);
  }

  /// Do two plans leave the same efforts at 0, the same at their caps, and both the budget free or neither? Then so do
  /// all plans of prices between theirs, for the prices at which this is best are an interval, and plan and reading are
  /// straight lines in the price. Not where the reading bends.
  bool one_piece(const Node& a, const Node& b) const {
    if (bent_ || a.bound != b.bound) return false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced_.size); ++i) {
      const double most = reduced_.most[i];
      if ((a.efforts[i] > 0) != (b.efforts[i] > 0) || (a.efforts[i] < most) != (b.efforts[i] < most)) return false;
    }
    return true;
  }

  /// The best plan that reads y, between two plans of one piece.
  Node within(const Node& low, const Node& high, double y) const {
    Node node;
    const double share = std::clamp((y - low.y) / (high.y - low.y), 0.0, 1.0);
    node.price = low.price + share * (high.price - low.price);
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced_.size); ++i) {
      node.efforts[i] = low.efforts[i] + share * (high.efforts[i] - low.efforts[i]);
    }
    measure(node);
    return node;
  }

  /// The plan between two plans of a straight part of V that reads y: along the way from one to the other the reading
  /// is low.y + gain share - loss share^2 / 2.
  Node between(const Node& low, const Node& high, double y) const {
    Node node;
    node.price = std::clamp((low.value - high.value) / (high.y - low.y), low.price, high.price);
    double gain = 0;
    double loss = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced_.size); ++i) {
      const double way = high.efforts[i] - low.efforts[i];
      gain += (loading_[i] - bend_[i] * low.efforts[i]) * way;
      loss += bend_[i] * way * way;
    }
    const double root = std::sqrt(std::max(0.0, gain * gain - 2 * loss * (y - low.y)));
    const double share = std::clamp(2 * (y - low.y) / (gain + root), 0.0, 1.0);
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced_.size); ++i) {
      node.efforts[i] = low.efforts[i] + share * (high.efforts[i] - low.efforts[i]);
    }
    measure(node);
    return node;
  }

  double phi(double y) const {
    double sum = 0;
    for (const Sigmoid& reward : rewards_) sum += reward.value(reward.sign * y);
    return sum;
  }
  double phi(const Node& node) const {
    double sum = 0;
    for (std::size_t c = 0; c < rewards_.size(); ++c) sum += spot(node, c).value;
    return sum;
  }

  static bool sharp(const Sigmoid& reward) { return !reward.rise && reward.noise == 0; }

  double slope_of_phi(double y, double middle) const {
    double sum = 0;
    for (const Sigmoid& reward : rewards_)
      sum += reward.sign * reward.slope_from(reward.sign * y, reward.sign * middle);
    return sum;
  }
  double slope_of_phi(const Node& node, double middle) const {
    double sum = 0;
    for (std::size_t c = 0; c < rewards_.size(); ++c) {
      const Sigmoid& reward = rewards_[c];
      sum += reward.sign *
             (sharp(reward) ? reward.slope_from(reward.sign * node.y, reward.sign * middle) : spot(node, c).slope);
    }
    return sum;
  }

  void note(const Node& node) { best_ = std::max(best_, node.value + phi(node)); }

  PerActivity spread(const Node& node) const {
    PerActivity efforts{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced_.size); ++i) {
      efforts[static_cast<std::size_t>(reduced_.activity[i])] = node.efforts[i];
    }
    return efforts;
  }

  void contend(const Node& node) {
    note(node);
    if (node.value + phi(node) >= best_ - 2 * detail::tie_width(best_)) contenders_.add(spread(node));
  }

  static bool straight_at(const Node& low, const Node& high, const Node& middle) {
    const double gain = middle.value + middle.price * middle.y - (low.value + middle.price * low.y);
    const double other = middle.value + middle.price * middle.y - (high.value + middle.price * high.y);
    const double size = std::fabs(low.value) + std::fabs(high.value) +
                        std::fabs(middle.price) * std::max(std::fabs(low.y), std::fabs(high.y));
    return std::max(gain, other) <= 1e-15 * size;
  }

  static bool alike(const Node& a, const Node& b, int n, double width) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      if (std::fabs(a.efforts[i] - b.efforts[i]) > width) return false;
    }
    return true;
  }

  /// Which price between two to look at next, by what is asked for at both, more than nothing at the lower one and less
  /// at the higher. Where the reading bends, mostly by false position in the manner of Illinois, which closes in on
  /// what is looked for from both sides (Dowell & Jarratt 1971, doi 10.1007/BF01934364). Where it does not, what counts
  /// is to have both on one piece of V soon. The slope of V between the two ends the search where V is straight; the
  /// middle sees to it that there is an end in any case.
  class Prices {
   public:
    enum class By { position, chord, half };

    explicit Prices(bool bent) : bent_(bent) {}
    By by() const {
      if (!bent_) return round_ % 3 == 0 ? By::position : (round_ % 3 == 1 ? By::chord : By::half);
      return stuck_ || round_ % 6 == 4 ? By::chord : (round_ % 6 == 5 ? By::half : By::position);
    }
    double next(const Node& low, const Node& high, double at_low, double at_high) const {
      const double width = high.price - low.price;
      if (by() == By::chord) return (low.value - high.value) / (high.y - low.y);
      if (by() == By::half) return 0.5 * (low.price + high.price);
      const double share = low_weight_ * at_low / (low_weight_ * at_low - high_weight_ * at_high);
      const double nearest = bent_ ? 1e-5 * width : 0;
      return std::clamp(low.price + share * width, low.price + nearest, high.price - nearest);
    }
    /// One end was put where that price is.
    void moved(bool low) {
      ++round_;
      if (!bent_) return;
      (low ? low_weight_ : high_weight_) = 1;
      if (side_ == (low ? 1 : -1)) (low ? high_weight_ : low_weight_) *= 0.5;
      side_ = low ? 1 : -1;
      stuck_ = false;
    }
    /// It was another price of the same reading: perhaps V is straight, or has a kink.
    void stayed() {
      ++round_;
      stuck_ = !stuck_;
    }

   private:
    bool bent_;
    double low_weight_ = 1, high_weight_ = 1;
    int side_ = 0;  ///< which end moved last
    int round_ = 0;
    bool stuck_ = false;
  };

  /// The cheapest plan that reads y, low.y <= y <= high.y.
  Node at_reading(double y, Node low, Node high) const {
    Prices prices(bent_);
    const double close = 4e-16 * std::max(std::fabs(low.y), std::fabs(high.y));
    for (int round = 0; round < 400; ++round) {
      if (y <= low.y) return low;
      if (y >= high.y) return high;
      if (high.y - low.y <= close) break;
      if (one_piece(low, high)) return within(low, high, y);
      const bool chord = prices.by() == Prices::By::chord;
      double price = prices.next(low, high, y - low.y, y - high.y);
      if (!(price > low.price && price < high.price)) {
        price = 0.5 * (low.price + high.price);
        if (!(price > low.price && price < high.price)) break;
      }
      const Node middle = at_price(price);
      if (middle.y == y) return middle;
      if (middle.y <= low.y || middle.y >= high.y) {  // at a kink of V, or beyond by rounding
        if (chord) break;
        (middle.y <= low.y ? low : high).price = price;
        prices.stayed();
        continue;
      }
      if (chord && straight_at(low, high, middle)) break;
      (middle.y < y ? low : high) = middle;
      prices.moved(middle.y < y);
    }
    return between(low, high, y);
  }

  /// The reading at which phi rises as V falls, between two plans of one piece, where the slope of V is a straight
  /// line: by false position, in the manner of Illinois (Dowell & Jarratt 1971, doi 10.1007/BF01934364).
  double still(const Node& low, const Node& high, double pull_low, double pull_high) const {
    const double steepness = (high.price - low.price) / (high.y - low.y), middle = 0.5 * (low.y + high.y);
    double a = low.y, b = high.y;
    int side = 0;  // which end moved last
    for (int round = 0; round < 200 && b - a > 4e-16 * std::max(std::fabs(a), std::fabs(b)); ++round) {
      double y = a + (b - a) * (pull_low / (pull_low - pull_high));
      if (!(y > a && y < b)) y = 0.5 * (a + b);
      if (!(y > a && y < b)) break;
      const double pull = slope_of_phi(y, middle) - (low.price + (y - low.y) * steepness);
      if (pull == 0) return y;
      if (pull > 0) {
        a = y;
        pull_low = pull;
        if (side > 0) pull_high *= 0.5;
        side = 1;
      } else {
        b = y;
        pull_high = pull;
        if (side < 0) pull_low *= 0.5;
        side = -1;
      }
    }
    return 0.5 * (a + b);
  }

  /// The stationary point of V + phi on an interval where it is concave.
  Node stationary(Node low, Node high) const {
    Prices prices(bent_);
    for (int round = 0; round < 400; ++round) {
      if (alike(low, high, reduced_.size, 1e-11)) break;
      const double middle_y = 0.5 * (low.y + high.y);
      const double pull_low = slope_of_phi(low, middle_y) - low.price;
      const double pull_high = slope_of_phi(high, middle_y) - high.price;
      if (pull_low <= 0) return low;
      if (pull_high >= 0) return high;
      if (one_piece(low, high)) return within(low, high, still(low, high, pull_low, pull_high));
      const bool chord = prices.by() == Prices::By::chord;
      const double price = prices.next(low, high, pull_low, pull_high);
      Node middle;
      bool fresh = price > low.price && price < high.price;
      if (fresh) {
        middle = at_price(price);
        // Another price of the same reading, at a kink of V (or, by rounding, of one beyond the interval).
        if (middle.y <= low.y) {
          if (slope_of_phi(low, middle_y) <= price) return low;
          low.price = price;
          prices.stayed();
          continue;
        }
        if (middle.y >= high.y) {
          if (slope_of_phi(high, middle_y) >= price) return high;
          high.price = price;
          prices.stayed();
          continue;
        }
        fresh = !(chord && straight_at(low, high, middle));
      }
      if (!fresh) {
        if (!chord && high.price - low.price > 1e-15 * (std::fabs(low.price) + std::fabs(high.price))) {
          prices.stayed();
          continue;
        }
        middle = between(low, high, middle_y);
        if (!(middle.y > low.y && middle.y < high.y)) break;
      }
      const double pull = slope_of_phi(middle, middle_y) - middle.price;
      (pull >= 0 ? low : high) = middle;
      prices.moved(pull >= 0);
    }
    return low.value + phi(low) >= high.value + phi(high) ? low : high;
  }

  /// What is to be known of V + phi between two nodes.
  struct Outlook {
    bool split = false;  ///< phi has a kink or jump inside, at `at`, or is much narrower than the interval there
    double at = 0;
    double steepest = 0;  ///< the range of the slope of phi
    double flattest = 0;
    double curvature = 0;  ///< greatest second derivative of phi
    double bound = 0;      ///< no value inside is greater
  };

  Outlook look(const Node& a, const Node& b) const {
    Outlook view;
    const double width = b.y - a.y;
    const double middle = 0.5 * (a.y + b.y);
    const double rim = 1e-13 * (std::fabs(a.y) + std::fabs(b.y)) + 1e-9 * width;
    double at_a = a.value;
    double at_b = b.value;
    double from_a = -a.price;
    double from_b = -b.price;
    const auto consider_split = [&](double y) {
      if (y > a.y + rim && y < b.y - rim && (!view.split || std::fabs(y - middle) < std::fabs(view.at - middle))) {
        view.split = true;
        view.at = y;
      }
    };
    for (std::size_t c = 0; c < rewards_.size(); ++c) {
      const Sigmoid& s = rewards_[c];
      const bool rising = s.sign > 0;
      const double va = rising ? a.y : -b.y;
      const double vb = rising ? b.y : -a.y;
      const double vm = s.sign * middle;
      const Sigmoid::Spot at_va = spot(rising ? a : b, c), at_vb = spot(rising ? b : a, c);
      const double fa = sharp(s) ? s.value_from(va, vm) : at_va.value;
      const double fb = sharp(s) ? s.value_from(vb, vm) : at_vb.value;
      double sa = sharp(s) ? s.slope_from(va, vm) : at_va.slope;
      double sb = sharp(s) ? s.slope_from(vb, vm) : at_vb.slope;
      double most = std::max(sa, sb);
      double least = std::min(sa, sb);
      if (s.rise) {
        const Rise::Range range = s.range(va, vb);
        most = range.most_slope;
        least = range.least_slope;
        view.curvature += range.most_curvature;
        // Concave: tangents. Convex: the chord. Both: lines as steep, and as flat, as it is anywhere here.
        const double bend = 1e-13 * s.weight / (width * width);
        if (range.least_curvature >= -bend) {
          sa = sb = (fb - fa) / width;
        } else if (range.most_curvature > bend) {
          sa = most;
          sb = least;
        }
      } else if (s.noise == 0) {
        consider_split(s.sign * s.low);
        if (!s.step) consider_split(s.sign * s.high);
      } else if (s.turn >= vb) {
        sa = sb = (fb - fa) / width;
      } else if (s.turn > va) {
        most = s.slope_from(s.turn, vm);
        sa = most;
        sb = least;
        if (s.step && width > 6 * s.noise) consider_split(s.sign * s.turn);
      }
      view.steepest += rising ? most : -least;
      view.flattest += rising ? least : -most;
      from_a += rising ? sa : -sb;
      from_b += rising ? sb : -sa;
      at_a += rising ? fa : fb;
      at_b += rising ? fb : fa;
      if (s.noise > 0 && !s.rise) view.curvature += s.greatest_curvature(va, at_va, vb, at_vb);
    }
    if (from_a <= 0) {
      view.bound = at_a;
    } else if (from_b >= 0) {
      view.bound = at_b;
    } else {
      const double run = std::clamp((at_b - at_a - from_b * width) / (from_a - from_b), 0.0, width);
      view.bound = at_a + from_a * run;
    }
    view.bound = std::max({view.bound, at_a, at_b});
    return view;
  }

  /// Goes through the interval from left to right, dividing it, and adds every local maximiser that may be the best.
  void search(const Node& left, const Node& right) {
    constexpr int kDepth = 96;
    constexpr std::size_t kMostParts = 1'000'000;  // some hundred are usual
    std::array<Node, kDepth> ahead;
    int count = 0;
    Node here = left;
    bool rises_to_here = true;  // nothing better on the left of here, as far as seen
    ahead[static_cast<std::size_t>(count++)] = right;
    for (std::size_t seen = 0; count > 0; ++seen) {
      if (seen == kMostParts) detail::give_up(kMostParts, detail::kTooFarApart);
      const Node& next = ahead[static_cast<std::size_t>(count - 1)];
      const double width = next.y - here.y;
      const double size = std::max(std::fabs(next.y), std::fabs(here.y));
      if (width <= 1e-15 * size || count == kDepth) {
        // Two prices of one reading: a kink of V. Whether it is a maximiser is for its other side to say.
        if (width > 1e-15 * size) contend(here), contend(next), rises_to_here = true;
        here = next;
        --count;
        continue;
      }
      Outlook view = look(here, next);
      if (!view.split) {
        const bool falls = view.steepest <= here.price;
        const bool rises = view.flattest >= next.price;
        const bool poor = view.bound < best_ - 2 * detail::tie_width(best_);
        const bool narrow = alike(here, next, reduced_.size, 1e-10);
        if (falls || rises || poor || narrow) {
          if ((falls || narrow) && !poor && rises_to_here) contend(here);
          if (falls && rises) contend(next);
          rises_to_here = (rises || narrow) && !poor;
          here = next;
          --count;
          continue;
        }
        if (view.curvature < 0.999 * stiffness_ || view.curvature <= 0) {
          contend(stationary(here, next));
          rises_to_here = false;
          here = next;
          --count;
          continue;
        }
      }
      Node middle;
      if (view.split) {
        middle = at_reading(view.at, here, next);
      } else if (one_piece(here, next)) {
        middle = within(here, next, 0.5 * (here.y + next.y));
      } else {
        const double price = std::clamp((here.value - next.value) / width, here.price, next.price);
        middle = at_price(price);
        if (straight_at(here, next, middle) || middle.y <= here.y || middle.y >= next.y) {
          middle = between(here, next, 0.5 * (here.y + next.y));
        }
      }
      note(middle);
      if (view.split) contend(middle);
      ahead[static_cast<std::size_t>(count++)] = middle;
    }
    if (rises_to_here) contend(here);
  }

  /// The cheapest plan that attains a step without noise, if it may be worth its price.
  void reach_for(const Sigmoid& step, const Node& left, const Node& right) {
    const double target = step.sign * step.low;
    const double worth = phi(target);
    Node low = left;
    Node high = right;
    // Ever higher prices, until the step is attained or even an optimist would not pay for it.
    for (double price = std::max(1.0, right.price); step.sign > 0 && high.y < target;) {
      price *= 8;
      low = high;
      high = at_price(price);
      if (price > 1e12 * (1 + right.price) ||
          high.value - price * (target - high.y) + worth < best_ - detail::tie_width(best_)) {
        if (high.y < target) return;
      }
    }
    for (double price = std::min(-1.0, left.price); step.sign < 0 && low.y > target;) {
      price *= 8;
      high = low;
      low = at_price(price);
      if (price < -1e12 * (1 - left.price) ||
          low.value - price * (target - low.y) + worth < best_ - detail::tie_width(best_)) {
        if (low.y > target) return;
      }
    }
    if (target < low.y || target > high.y) return;  // attained all along, or not worth a thought

    // Onto the side where it counts, in floating point.
    const double grain = 1.1e-16 * (std::fabs(target) + std::fabs(low.y) + std::fabs(high.y));
    Node node = at_reading(target, low, high);
    for (double nudge = grain; nudge < 1e6 * grain; nudge *= 2) {
      if (step.sign * detail::read(decision_, reading_, spread(node)) >= step.low) {
        contend(node);
        return;
      }
      node = at_reading(std::clamp(target + step.sign * nudge, low.y, high.y), low, high);
    }
  }

  const Decision& decision_;
  const Reduced& reduced_;
  int reading_;
  PerActivity loading_;
  PerActivity bend_;
  ScratchVector<Sigmoid> rewards_;  ///< phi
  double stiffness_ = 0;            ///< V'' is at most minus this
  bool bent_ = false;               ///< does the reading bend?
  double best_ = -kInfinity;
  Contenders contenders_;
};

bool scan_applies(const Decision& decision, const Reduced& reduced) {
  if (reduced.live > 1 || reduced.interacting || !reduced.felt_alike || !reduced.concave) return false;
  if (reduced.live == 0) return true;
  const auto j = static_cast<std::size_t>(reduced.reading[0]);
  bool bent = false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
    if (decision.reading[j].bend[static_cast<std::size_t>(reduced.activity[i])] > 0) bent = true;
  }
  // A reward that falls in a bent reading makes the priced problem convex somewhere; and no price is high enough for
  // the most that a bent reading can be.
  return !bent || std::none_of(decision.curves.begin(), decision.curves.end(), [&](const Curve& curve) {
    if (static_cast<std::size_t>(curve.reading) != j || curve.weight == 0) return false;
    PerActivity at;
    return Sigmoid(curve).sign < 0 || detail::attained_on_a_face(decision, curve, at);
  });
}

Solved scan(const Decision& decision, Reduced& reduced, PerActivity& efforts) {
  efforts = PerActivity{};
  if (reduced.live == 0) {
    PerActivity x;
    fill(reduced, reduced.linear.data(), reduced.curvature.data(), x.data());
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
      if (!std::isfinite(x[i])) return Solved::unbounded;
      efforts[static_cast<std::size_t>(reduced.activity[i])] = x[i];
    }
    return Solved::exactly;
  }
  PerActivity caps = reduced.most;
  bool assumed = false;
  if (reduced.open_ended && !detail::confine(decision, reduced, assumed)) return Solved::unbounded;
  const auto rewards = std::count_if(decision.curves.begin(), decision.curves.end(),
                                     [&](const Curve& curve) { return curve.reading == reduced.reading[0]; });
  if (rewards <= 2) {
    Scan<2>(decision, reduced).solve(efforts);
  } else {
    Scan<16>(decision, reduced).solve(efforts);
  }
  if (assumed) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(reduced.size); ++i) {
      if (caps[i] == kInfinity && efforts[static_cast<std::size_t>(reduced.activity[i])] > 0.9 * reduced.most[i]) {
        return Solved::unbounded;
      }
    }
  }
  return Solved::exactly;
}

}  // namespace

double utility(const Decision& decision, const PerActivity& efforts) {
  double u = 0;
  double felt = -decision.slack;
  for (int k = 0; k < decision.activities; ++k) {
    const auto s = static_cast<std::size_t>(k);
    const double x = efforts[s];
    u += (decision.linear[s] - 0.5 * decision.curvature[s] * x) * x;
    felt += decision.felt_time[s] * x;
    if (decision.interaction != nullptr) {
      for (int l = 0; l < k; ++l)
        u -= detail::interaction_between(decision, k, l) * x * efforts[static_cast<std::size_t>(l)];
    }
  }
  std::size_t curves = decision.curves.size();
  const std::uint32_t paid = charges_of(decision, efforts);
  for (std::size_t c = 0; c < decision.charges.size(); ++c) {
    const Charge& charge = decision.charges[c];
    if (!(paid >> c & 1u)) {
      curves -= charge.curves;
      continue;
    }
    u -= charge.utility;
    felt += charge.time;
  }
  if (decision.strain > 0) u -= 0.5 * decision.strain * felt * felt;
  for (const Curve& curve : decision.curves.first(curves)) {
    const Sigmoid sigmoid(curve);
    u += sigmoid.value(sigmoid.sign * detail::read(decision, curve.reading, efforts));
  }
  return u;
}

bool scan_applies(const Decision& decision) {
  return scan_applies(decision, detail::reduce(decision));
}

Solved decide_by_scan(const Decision& decision, PerActivity& efforts) {
  Reduced reduced = detail::reduce(decision);
  return scan(decision, reduced, efforts);
}

Solved decide(const Decision& decision, PerActivity& efforts) {
  if (!decision.charges.empty()) return decide_with_charges(decision, efforts);
  Reduced reduced = detail::reduce(decision);
  Solved solved = Solved::exactly;
  if (scan_applies(decision, reduced)) {
    solved = scan(decision, reduced, efforts);
  } else if (!detail::decide_by_hulls(decision, reduced, efforts)) {
    return decide_by_branch_and_bound(decision, efforts);
  }
  // What the reduction took for attained by all plans may be missed by a hair at the edge of what they can do.
  if (solved == Solved::exactly) detail::step_over(decision, reduced, efforts, -kInfinity);
  return solved;
}

}  // namespace goodhart
