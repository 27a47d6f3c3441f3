/// Decompositions of small matrices.
#include "small_matrix.hpp"

#include <utility>

#include "goodhart/core/decompositions.hpp"

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
  return goodhart::least_eigenvalue({a.data(), static_cast<std::size_t>(a.size() * a.size())},
                                    static_cast<std::size_t>(a.size()));
}

LongVector solve_least_squares(const LargeMatrix& a, const LongVector& b) {
  const auto size = static_cast<std::size_t>(b.size());
  LongVector found(b.size());
  goodhart::solve_least_squares({a.data(), size * size}, {b.data(), size}, {found.data(), size});
  return found;
}

}  // namespace goodhart::detail
