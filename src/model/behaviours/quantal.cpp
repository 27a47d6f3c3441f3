/// Behaviour `quantal`: a plan of the menu is taken with probability in proportion to exp(rationality x U).
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kind.hpp"
#include "menu.hpp"

namespace goodhart {

template <>
Solved choose_as(const Quantal& self, Outlook& outlook, PerActivity& efforts) {
  const int plans = menu_size(outlook);
  std::array<PerActivity, kMostPlans> plan;
  std::array<double, kMostPlans> weight;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t p = 0; p < static_cast<std::size_t>(plans); ++p) {
    if (menu_plan(outlook, static_cast<int>(p), plan[p]) == Solved::unbounded) return Solved::unbounded;
    weight[p] = utility(*outlook.decision, plan[p]);
    best = std::max(best, weight[p]);
  }
  for (double& w : std::span(weight).first(static_cast<std::size_t>(plans)))
    w = std::exp(self.rationality * (w - best));
  efforts = plan[pick(std::span(weight).first(static_cast<std::size_t>(plans)), outlook.draw(Purpose::choice, 0))];
  return Solved::exactly;
}

}  // namespace goodhart
