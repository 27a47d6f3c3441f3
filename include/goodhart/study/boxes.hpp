/// Where among many points something fails: boxes of the patient rule induction method.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace goodhart {

/// Points that lie on a side of a limit, or between two, of one input.
struct Limit {
  std::size_t input = 0;
  std::optional<double> above;  ///< values are above this
  std::optional<double> below;  ///< values are below this

  bool holds(double value) const { return !(above && value <= *above) && !(below && value >= *below); }
};

/// A box, and what is in it.
struct Box {
  std::vector<Limit> limits;  ///< of different inputs, in their order; none: all points
  std::size_t points = 0;     ///< that lie in it, without those of the boxes before
  std::size_t failures = 0;   ///< of these
  std::size_t shuffles = 0;   ///< of the failures
  std::size_t as_good = 0;    ///< of these, how many gave a box that is at least as good

  /// The chance of a box that is as good in noise: the box itself counts as one of the shuffles.
  double chance() const { return static_cast<double>(as_good + 1) / static_cast<double>(shuffles + 1); }

  bool holds(const std::vector<double>& point) const;
};

/// Boxes in which failures are dense, the best first; each is looked for among the points that the boxes before it
/// leave. `points` [point][input], `fails` [point].
///
/// How good a box is, is the correlation over the points of lying in it and failing: it is high where much of the box
/// fails and most of what fails is in it. Peeling takes away, again and again, the twentieth of the points at one end
/// of one input that raises the share of failures most; the best box on the way is kept. Then each limit moves to where
/// the box is best, the others standing still, until none moves. Then limits go without which failures are as dense, to
/// what chance allows: the quasi-p of an input is the chance of so many failures in the box if it had the density of
/// the box without the input's limits, and it goes above 5 % over the number of inputs. Limits lie halfway between the
/// points beside them.
///
/// A box found by looking everywhere is found in noise, too. So the same is done with the failures shuffled, 99 times
/// (19 where there are many points), and a box is given only where at most one in twenty, itself counted, is as good.
/// At most three boxes are given, and none with fewer than five failures. The result is a function of the arguments.
///
/// Source: Friedman & Fisher 1999, "Bump hunting in high-dimensional data", Statistics and Computing 9:123-143, doi
/// 10.1023/A:1008894516817; quasi-p: Bryant & Lempert 2010, "Thinking inside the box", Technological Forecasting and
/// Social Change 77:34-49, doi 10.1016/j.techfore.2009.08.002.
std::vector<Box> failing_boxes(const std::vector<std::vector<double>>& points, const std::vector<bool>& fails,
                               std::uint64_t seed);

/// Fewer failures, or fewer points that do not fail, say nothing of where things fail.
inline constexpr std::size_t kFewestFailures = 5;

}  // namespace goodhart
