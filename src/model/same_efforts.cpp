/// The way from no effort to a goal in the least time, piece by piece, and what is read along it.
#include "goodhart/model/same_efforts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "goodhart/core/errors.hpp"
#include "goodhart/scenario/limits.hpp"

namespace goodhart {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The least s in [0, 1] with slope s - curvature s^2 / 2 = rise; infinite where there is none.
double when(double slope, double curvature, double rise) {
  if (rise <= 0) return 0;
  const double root = slope * slope - 2 * curvature * rise;
  if (root < 0) return kInfinity;
  // The smaller root, in the form that does not cancel.
  const double s = 2 * rise / (slope + std::sqrt(root));
  return s >= 0 && s <= 1 ? s : kInfinity;
}

/// The efforts on the way, and what they read.
class Way {
 public:
  Way(std::span<const ReadingPart> parts, double budget, double goal) : parts_(parts), time_(budget), goal_(goal) {}

  bool ended() const { return ended_; }
  double left() const { return time_; }
  double missing() const { return goal_ - reading_; }
  double highest() const { return highest_; }
  bool attained() const { return attained_; }

  /// Goes on by `step` in a straight line, or as far as the goal or the time that is left.
  void go(const std::array<double, kMostActivities>& step) {
    double slope = 0, curvature = 0, other_slope = 0, other_curvature = 0, time = 0;
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      const ReadingPart& part = parts_[k];
      slope += (part.loading - part.bend * x_[k]) * step[k];
      curvature += part.bend * step[k] * step[k];
      other_slope += (part.loading - part.other_bend * x_[k]) * step[k];
      other_curvature += part.other_bend * step[k] * step[k];
      time += part.time * step[k];
    }
    const double there = when(slope, curvature, missing());
    const double tired = time > time_ ? time_ / time : kInfinity;
    const double end = std::min({1.0, there, tired});
    const auto other_at = [&](double s) { return other_ + other_slope * s - other_curvature * s * s / 2; };
    const double turn = other_curvature > 0 ? other_slope / other_curvature : kInfinity;
    if (turn > 0 && turn < end) highest_ = std::max(highest_, other_at(turn));
    reading_ = there <= end ? goal_ : reading_ + slope * end - curvature * end * end / 2;
    other_ = other_at(end);
    highest_ = std::max(highest_, other_);
    time_ = std::max(0.0, time_ - time * end);
    for (std::size_t k = 0; k < parts_.size(); ++k) x_[k] += step[k] * end;
    attained_ = there <= end;
    ended_ = attained_ || tired <= end;
  }

 private:
  std::span<const ReadingPart> parts_;
  double time_, goal_;
  double reading_ = 0, other_ = 0, highest_ = 0;
  bool ended_ = false, attained_ = false;
  std::array<double, kMostActivities> x_{};
};

/// An activity comes in, or has all that it can have, as the reading per unit of time falls to `rate`.
struct Event {
  double rate;
  std::size_t activity;
  enum class What { whole, begins, full } what;
};

SameEfforts made(std::span<const ReadingPart> parts, double budget, double goal) {
  std::vector<Event> events;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const ReadingPart& part = parts[k];
    const double most = std::min(part.most, budget / part.time);
    if (!(part.loading > 0) || !(most > 0)) continue;
    if (part.bend > 0) {
      events.push_back({part.loading / part.time, k, Event::What::begins});
      // Beyond its peak a reading needs no more effort.
      const double rate = (part.loading - part.bend * part.most) / part.time;
      if (rate > 0) events.push_back({rate, k, Event::What::full});
    } else {
      // What bends up reads the more per unit of time the more of it there is.
      const double bent = std::isinf(most) ? 0 : part.bend * most / 2;
      events.push_back({(part.loading - bent) / part.time, k, Event::What::whole});
    }
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.rate > b.rate; });

  Way way(parts, budget, goal);
  std::vector<std::size_t> growing;
  double rate = events.empty() ? 0 : events.front().rate;
  // Those that have begun grow while the rate falls.
  const auto fall_to = [&](double next) {
    std::array<double, kMostActivities> step{};
    for (const std::size_t k : growing) step[k] = (rate - next) * parts[k].time / parts[k].bend;
    if (!growing.empty() && next < rate) way.go(step);
    rate = next;
  };
  for (const Event& event : events) {
    if (way.ended()) break;
    fall_to(event.rate);
    if (way.ended()) break;
    const std::size_t k = event.activity;
    if (event.what == Event::What::begins) {
      growing.push_back(k);
    } else if (event.what == Event::What::full) {
      std::erase(growing, k);
    } else {
      std::array<double, kMostActivities> step{};
      // As much as there can be; twice what makes the goal is enough to find it on the way, whatever the rounding.
      step[k] = std::min({parts[k].most, way.left() / parts[k].time, 2 * way.missing() / parts[k].loading});
      if (step[k] > 0) way.go(step);
    }
  }
  if (!way.ended()) fall_to(0);
  if (way.attained()) return {.reading = way.highest(), .attained = true};
  return {.reading = way.highest() + way.missing(), .attained = false};
}

}  // namespace

SameEfforts same_efforts(std::span<const ReadingPart> parts, double budget, double goal) {
  if (parts.size() > kMostActivities) throw Bug("same_efforts: more activities than a scenario may have");
  if (goal >= 0) return goal == 0 ? SameEfforts{} : made(parts, budget, goal);
  std::vector<ReadingPart> turned(parts.begin(), parts.end());
  for (ReadingPart& part : turned) {
    part.loading = -part.loading;
    part.bend = -part.bend;
    part.other_bend = -part.other_bend;
  }
  SameEfforts result = made(turned, budget, -goal);
  result.reading = -result.reading;
  return result;
}

}  // namespace goodhart
