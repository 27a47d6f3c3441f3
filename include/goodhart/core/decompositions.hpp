/// Decompositions of matrices: eigenvalues and least squares. They are Eigen's, which takes long to compile, so it
/// stands in one source and matrices come in and go out as plain numbers, column after column.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace goodhart {

/// Of a symmetric matrix of `size` rows; only its lower triangle is read.
double least_eigenvalue(std::span<const double> matrix, std::size_t size);

/// What a symmetric matrix stretches, and by how much.
struct Spectrum {
  std::vector<double> values;   ///< ascending
  std::vector<double> vectors;  ///< column i belongs to value i and is of length 1
};
/// The same with all eigenvalues and eigenvectors.
Spectrum spectrum_of(std::span<const double> matrix, std::size_t size);

/// Of all x with the least |matrix x - wanted| the shortest, by a complete orthogonal decomposition. `matrix` has as
/// many rows as `wanted` and as many columns as `x`.
void solve_least_squares(std::span<const double> matrix, std::span<const double> wanted, std::span<double> x);

}  // namespace goodhart
