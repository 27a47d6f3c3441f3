/// A smooth non-decreasing function, tabulated: what the reward of a contest is to the decision.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "goodhart/core/scratch.hpp"

namespace goodhart {

/// A non-decreasing function from 0 to about 1, constant outside its first and last knot, twice continuously
/// differentiable: between two knots it is the polynomial of degree 5 that has the value, slope and second derivative
/// given at both. Its pieces are kept in Bernstein form, whose coefficients bound them.
class Rise {
 public:
  struct Point {
    double value = 0, slope = 0, curvature = 0;
  };
  /// Bounds of slope and second derivative over an interval.
  struct Range {
    double least_slope, most_slope, least_curvature, most_curvature;
  };
  /// One line of a concave bound: value at `from`, slope from there on.
  struct Corner {
    double at, value;
  };

  double low() const { return knots_.front(); }
  double high() const { return knots_.back(); }
  /// How often it has been built: another number is another function.
  std::uint64_t builds() const { return builds_; }
  /// Where it turns from convex to concave, if it does so but once: chords on the left and tangents on the right are
  /// then bounds, off by at most `turn_slack`, which is rounding. Not a number if it turns more often.
  /// Found when first asked for, since most tables are never asked: so a table is for one thread at a time.
  double turn() const { return found_turn().at; }
  double turn_slack() const { return found_turn().slack; }

  Point at(double v) const;
  double value(double v) const;
  /// Rigorous, and as tight as the interval is short.
  Range range(double a, double b) const;
  /// The corners of a concave piecewise linear function that is nowhere below this one on [a, b], from a to b.
  void cover(double a, double b, ScratchVector<Corner>& corners) const;

  /// What is tabulated: values, slopes and second derivatives at many ascending places.
  using Function = std::function<void(std::span<const double> at, Point* points)>;

  /// Tabulates a function to about 1e-11, on disjoint ascending segments outside which it is constant; knots at first
  /// stand `spacing` apart.
  void build(const Function& function, std::span<const std::pair<double, double>> segments, double spacing);

 private:
  static constexpr std::size_t kDegree = 5;
  static constexpr std::size_t kGroup = 16;
  using Piece = std::array<double, kDegree + 1>;

  void add(double from, const Point& a, double to, const Point& b);
  struct Knot {
    double at;
    Point point;
    bool open;  ///< may the piece that begins here be too coarse?
  };
  static bool fits(const Knot& from, const Knot& to, const Point& middle);
  std::size_t piece_at(double v) const;
  void bound_all();
  void fill_buckets();
  struct Turn {
    double at = 0, slack = 0;
  };
  const Turn& found_turn() const;
  Turn find_turn() const;
  double width(std::size_t piece) const { return knots_[piece + 1] - knots_[piece]; }
  Piece part(std::size_t piece, double a, double b) const;
  void widen(Range& range, std::size_t piece, double a, double b) const;
  static void widen(Range& range, const Range& other);

  std::vector<double> knots_;  ///< one more than pieces
  std::vector<Piece> pieces_;  ///< Bernstein coefficients
  std::vector<Range> ranges_;  ///< of pieces
  std::vector<Range> groups_;  ///< of groups of pieces
  std::vector<std::uint32_t> buckets_;
  double per_bucket_ = 0;
  std::uint64_t builds_ = 0;
  mutable std::optional<Turn> turn_;  ///< once it has been looked for
};

}  // namespace goodhart
