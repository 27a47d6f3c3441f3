/// A small concave maximisation with a rigorous upper bound: the relaxations of branch and bound.
#pragma once

#include <cstddef>

#include "goodhart/core/scratch.hpp"
#include "small_matrix.hpp"

namespace goodhart::detail {

/// What penalties look at: v(x) = loading . x - bend . x^2 / 2. A bend may be below 0 as far as the hessian makes up
/// for it: hessian + sum_i cost_i diag(min(0, bend of its channel)) must be positive semidefinite, and then so is the
/// sum with any smaller weights, and the objective is concave.
struct Channel {
  Vector loading;
  Vector bend;
};

/// A penalty -cost max(0, level - v(x)) for falling short in a channel.
struct Hinge {
  std::size_t channel = 0;
  double level = 0;
  double cost = 0;  ///< above 0
};

/// maximise constant + linear . x - x' hessian x / 2 - sum_i (penalty of hinge i)
/// over low <= x <= high and time . x <= budget, with a positive semidefinite hessian and finite bounds.
struct ConcaveQuadratic {
  double constant = 0;
  Vector linear;
  Matrix hessian;
  Vector low;
  Vector high;
  Vector time;
  double budget = 0;  ///< may be infinite
  ScratchVector<Channel> channels;
  ScratchVector<Hinge> hinges;
};

struct ConcaveSolution {
  bool feasible = true;  ///< false where low already exceeds the budget
  Vector x;
  double value = 0;  ///< the objective at x
  double bound = 0;  ///< no feasible point has a greater objective; rigorous, however well x was found
  Vector pull;       ///< of the Lagrangian at the bound: x_k off its better bound by t costs at least |pull_k| t of it
};

/// Solves it by a primal-dual interior-point method. The bound is Lagrangian: the hinges' multipliers turn the problem
/// into a smooth concave one, which its tangent at x bounds over the box.
///
/// Stops as soon as the bound is below `cutoff`.
ConcaveSolution maximize(const ConcaveQuadratic& problem, double cutoff);

}  // namespace goodhart::detail
