/// NLopt's Sbplx.
#include "climb.hpp"

#include <nlopt.hpp>

#include <cmath>
#include <exception>

namespace goodhart {
namespace {

constexpr double kFirstStep = 0.05;  // of a range: neighbours among 256 points are about so far apart
constexpr double kPrecision = 1e-4;  // of a range
constexpr double kVeryLow = 1e300;

/// What NLopt's calls come to.
struct Calls {
  const std::function<double(const std::vector<double>&)>& height;
  nlopt::opt& search;
  std::size_t left;  ///< NLopt's own count is not relied on
  std::exception_ptr error{};

  double depth(const std::vector<double>& at) {
    if (left == 0 || error) {
      search.force_stop();
      return kVeryLow;
    }
    --left;
    try {
      const double value = height(at);
      return std::isfinite(value) ? -value : kVeryLow;
    } catch (...) {  // NLopt would forget what it was
      error = std::current_exception();
      search.force_stop();
      return kVeryLow;
    }
  }
};

}  // namespace

void climb(const std::vector<double>& start, std::size_t calls,
           const std::function<double(const std::vector<double>&)>& height) {
  nlopt::opt search(nlopt::LN_SBPLX, static_cast<unsigned>(start.size()));
  Calls made{height, search, calls};
  const nlopt::vfunc depth = [](const std::vector<double>& at, std::vector<double>&, void* data) {
    return static_cast<Calls*>(data)->depth(at);
  };
  search.set_min_objective(depth, &made);
  search.set_lower_bounds(0.0);
  search.set_upper_bounds(1.0);
  search.set_initial_step(kFirstStep);
  search.set_xtol_abs(kPrecision);
  std::vector<double> at = start;
  double lowest = 0;
  try {
    search.optimize(at, lowest);
  } catch (const nlopt::forced_stop&) {
  } catch (const nlopt::roundoff_limited&) {
  }
  if (made.error) std::rethrow_exception(made.error);
}

}  // namespace goodhart
