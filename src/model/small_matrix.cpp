/// Decompositions of small matrices.
#include "small_matrix.hpp"

#include <Eigen/Dense>
#include <utility>

namespace goodhart::detail {

bool positive_definite(Matrix a) {
  const Index n = a.size();
  for (Index k = 0; k < n; ++k) {
    double pivot = a(k, k);
    for (Index j = 0; j < k; ++j) pivot -= a(k, j) * a(k, j);
    if (!(pivot > 0)) return false;
    const double root = a(k, k) = std::sqrt(pivot);
    for (Index j = 0; j < k; ++j) {
      for (Index i = k + 1; i < n; ++i) a(i, k) -= a(i, j) * a(k, j);
    }
    for (Index i = k + 1; i < n; ++i) a(i, k) /= root;
  }
  return true;
}

Vector solve_symmetric(Matrix a, Vector b) {
  const Index n = b.size();
  std::array<Index, kMostActivities> order;
  for (Index k = 0; k < n; ++k) {
    // The largest of what is left on the diagonal comes next.
    Index next = k;
    for (Index i = k + 1; i < n; ++i) {
      if (std::fabs(a(i, i)) > std::fabs(a(next, next))) next = i;
    }
    order[static_cast<std::size_t>(k)] = next;
    if (next != k) {
      for (Index j = 0; j < k; ++j) std::swap(a(k, j), a(next, j));
      for (Index i = next + 1; i < n; ++i) std::swap(a(i, k), a(i, next));
      std::swap(a(k, k), a(next, next));
      for (Index i = k + 1; i < next; ++i) std::swap(a(i, k), a(next, i));
      std::swap(b(k), b(next));
    }
    const double pivot = a(k, k);
    if (pivot == 0) continue;
    const double inverse = 1 / pivot;
    for (Index j = k + 1; j < n; ++j) {
      const double share = a(j, k) * inverse;
      for (Index i = j; i < n; ++i) a(i, j) -= a(i, k) * share;
    }
    for (Index i = k + 1; i < n; ++i) a(i, k) *= inverse;
  }
  // L y = b, D z = y, L' x = z.
  for (Index k = 0; k < n; ++k) {
    for (Index i = k + 1; i < n; ++i) b(i) -= a(i, k) * b(k);
  }
  for (Index k = 0; k < n; ++k) b(k) = a(k, k) == 0 ? 0.0 : b(k) / a(k, k);
  for (Index k = n; k-- > 0;) {
    for (Index i = k + 1; i < n; ++i) b(k) -= a(i, k) * b(i);
  }
  for (Index k = n; k-- > 0;) std::swap(b(k), b(order[static_cast<std::size_t>(k)]));
  return b;
}

double least_eigenvalue(const Matrix& a) {
  using Own = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, kMostActivities, kMostActivities>;
  const Own own = Eigen::Map<const Eigen::MatrixXd>(a.data(), a.size(), a.size());
  return Eigen::SelfAdjointEigenSolver<Own>(own, Eigen::EigenvaluesOnly).eigenvalues().minCoeff();
}

LongVector solve_least_squares(const LargeMatrix& a, const LongVector& b) {
  // Eigen's own types with memory of their own, so that nothing is allocated.
  using Own = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 40, 40>;
  using OwnVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 40, 1>;
  const Own matrix = Eigen::Map<const Eigen::MatrixXd>(a.data(), a.size(), a.size());
  const OwnVector wanted = Eigen::Map<const Eigen::VectorXd>(b.data(), b.size());
  const OwnVector found = matrix.completeOrthogonalDecomposition().solve(wanted);
  LongVector made(b.size());
  std::copy_n(found.data(), b.size(), made.data());
  return made;
}

}  // namespace goodhart::detail
