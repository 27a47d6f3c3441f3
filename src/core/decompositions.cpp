/// Eigenvalues and least squares, by Eigen.
#include "goodhart/core/decompositions.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>

namespace goodhart {

namespace {

using View = Eigen::Map<const Eigen::MatrixXd>;

View square(std::span<const double> matrix, std::size_t size) {
  return {matrix.data(), static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size)};
}

}  // namespace

double least_eigenvalue(std::span<const double> matrix, std::size_t size) {
  const Eigen::MatrixXd own = square(matrix, size);
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(own, Eigen::EigenvaluesOnly).eigenvalues().minCoeff();
}

Spectrum spectrum_of(std::span<const double> matrix, std::size_t size) {
  const Eigen::MatrixXd own = square(matrix, size);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(own);
  const auto& values = solver.eigenvalues();
  const auto& vectors = solver.eigenvectors();
  return {{values.data(), values.data() + values.size()}, {vectors.data(), vectors.data() + vectors.size()}};
}

void solve_least_squares(std::span<const double> matrix, std::span<const double> wanted, std::span<double> x) {
  const auto rows = static_cast<Eigen::Index>(wanted.size()), columns = static_cast<Eigen::Index>(x.size());
  const Eigen::MatrixXd own = View(matrix.data(), rows, columns);
  const Eigen::VectorXd right = Eigen::Map<const Eigen::VectorXd>(wanted.data(), rows);
  Eigen::Map<Eigen::VectorXd>(x.data(), columns) = own.completeOrthogonalDecomposition().solve(right);
}

}  // namespace goodhart
