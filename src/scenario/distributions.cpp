/// Distributions: draws by inversion, truncation for all of them.
#include "goodhart/scenario/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "distributions/distribution.hpp"

namespace goodhart {

double quantile(const Distribution& distribution, double u) {
  quantiles(distribution, {&u, 1});
  return u;
}

void quantiles(const Distribution& distribution, std::span<double> u) {
  std::visit(
      [u](const auto& self) {
        if (std::isinf(self.min) && std::isinf(self.max)) return quantiles_of(self, u);
        const double from = std::isinf(self.min) ? 0.0 : probability_below(self, self.min);
        const double to = std::isinf(self.max) ? 1.0 : probability_up_to(self, self.max);
        // Inside (0, 1), where quantiles are finite; the clamps catch the last rounding at the ends.
        for (double& at : u) at = std::clamp(from + at * (to - from), 0x1p-1022, 1 - 0x1p-53);
        quantiles_of(self, u);
        for (double& value : u) value = std::clamp(value, self.min, self.max);
      },
      distribution);
}

std::string fault(const Distribution& distribution) {
  return std::visit(
      [](const auto& self) -> std::string {
        if (std::string own = fault_of(self); !own.empty()) return own;
        if (self.min > self.max) return "min must not be above max";
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        const std::string nothing = "min and max leave nothing of the distribution";
        if (self.min == kInfinity || self.max == -kInfinity) return nothing;
        if (std::isinf(self.min) && std::isinf(self.max)) return "";
        const double from = std::isinf(self.min) ? 0.0 : probability_below(self, self.min);
        const double to = std::isinf(self.max) ? 1.0 : probability_up_to(self, self.max);
        return to - from > 1e-9 ? "" : nothing;
      },
      distribution);
}

bool stepped(const Distribution& distribution) {
  return std::visit(
      []<class Kind>(const Kind&) {
        return requires {
          requires Kind::kStepped;
        };
      },
      distribution);
}

bool per_team(const Distribution& distribution) {
  return std::visit([](const auto& self) { return self.per == "team"; }, distribution);
}

}  // namespace goodhart
