/// Decisions in which one reading has curved rewards, many at once: the scan over the price of the reading in columns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "goodhart/model/filling.hpp"
#include "goodhart/model/rise.hpp"

namespace goodhart {

/// A non-decreasing function cut into cells: the first ends, and the last begins, at a node, and they have no other
/// end. What is known of each cell are bounds.
struct Outline {
  static constexpr std::size_t kMostNodes = 32;
  std::size_t nodes = 0;                                  ///< one less than cells
  std::array<double, kMostNodes> at{}, value{}, slope{};  ///< at nodes
  double end = 1, steepest = 0;                           ///< neither value nor slope exceed these
  std::array<double, kMostNodes + 1> least_slope{}, most_slope{}, least_curvature{}, most_curvature{};
};

/// The normal law's distribution function Phi.
const Outline& outline_of_normal_law();

/// What a straight reward with one end promises, blurred by noise: its slope is Phi.
const Outline& outline_of_floor();  ///< E[max(0, u + Z)]
const Outline& outline_of_cap();    ///< E[min(0, u + Z)]

/// Tabulated functions that belong together, with the same nodes.
void outline(std::span<const Rise* const> rises, std::span<Outline> outlines);

/// The decisions of many employees with rewards phi(y) = sum_c weight_c R_c(offset + scale y) on one reading
/// y = loading . x, which is turned round where the reward falls in it: weights are at least 0 and scales above 0.
struct CurvedFillings {
  /// Which function R is, for a standard normal Z: P(Z <= u), E[max(0, u + Z)], E[min(0, u + Z)], or a table.
  enum class Law : std::uint8_t { step, floor, cap, table };

  /// One of the rewards.
  struct Part {
    const Rise* rise = nullptr;        ///< R where it is a table; null for the others
    const Outline* outline = nullptr;  ///< of R, with the same nodes in all parts
    const double* weight = nullptr;    ///< (count)
  };
  Fillings plain;                                    ///< without these rewards
  std::array<const double*, kMostFilled> loading;    ///< (activities x count)
  Law law = Law::step;                               ///< of all parts
  std::span<const Part> parts;                       ///< tables: at most kMostParts; else one
  const double *offset = nullptr, *scale = nullptr;  ///< (count)
  /// What the rewards are worth besides, in absolute terms: ties are wider where utilities are large.
  const double* besides = nullptr;  ///< (count); null for nothing

  /// For steps without noise: where they are. The one part's weight is had from there on; offset and scale are not
  /// used.
  const double* target = nullptr;  ///< (count); null for others

  static constexpr std::size_t kMostParts = 2;
};

/// Solves them exactly, as `decide` would, but for those that it marks in `odd`, whose efforts are not to be used: what
/// `fill_many` would mark, ties of distant plans, and whatever could not be proved to be the best. Returns how many.
std::size_t fill_curved(const CurvedFillings& decisions, std::span<char> odd);

/// The outlines of functions that belong together, kept until others are asked for.
class Outlines {
 public:
  /// At most CurvedFillings::kMostParts of them.
  std::span<const Outline> of(std::span<const Rise* const> rises);

 private:
  /// Which function a table held.
  struct Held {
    const Rise* rise = nullptr;
    std::uint64_t builds = 0;
    bool operator==(const Held&) const = default;
  };
  std::array<Held, CurvedFillings::kMostParts> held_;
  std::vector<Outline> outlines_;  ///< none until the first is asked for
};

}  // namespace goodhart
