/// Behaviour `trial`: each change of each activity is tried once a step, in a random order, on what is done so far;
/// what is better is kept (Braganza 2022, doi 10.1098/rsos.211030). One who has no past starts from no effort at all.
#include <algorithm>
#include <numeric>

#include "goodhart/core/scratch.hpp"
#include "kind.hpp"

namespace goodhart {

template <>
Solved choose_as(const Trial& self, Outlook& outlook, PerActivity& efforts) {
  const Decision& decision = *outlook.decision;
  const auto activities = static_cast<std::size_t>(decision.activities);
  efforts = outlook.past ? outlook.last : PerActivity{};
  fit(decision, efforts);
  ScratchVector<std::size_t> order(activities * self.changes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  double best = utility(decision, efforts);
  for (std::size_t left = order.size(); left > 0; --left) {
    // One of those not tried yet (Fisher and Yates' shuffle).
    const double u = outlook.draw(Purpose::trial, static_cast<std::uint32_t>(left));
    const std::size_t pick = std::min(static_cast<std::size_t>(u * static_cast<double>(left)), left - 1);
    std::swap(order[pick], order[left - 1]);
    const std::size_t k = order[left - 1] / self.changes.size();
    PerActivity tried = efforts;
    tried[k] = std::clamp(tried[k] + self.changes[order[left - 1] % self.changes.size()], 0.0, decision.most[k]);
    double time = 0;
    for (std::size_t l = 0; l < activities; ++l) time += decision.time[l] * tried[l];
    if (time > decision.budget) continue;
    if (const double value = utility(decision, tried); value > best) {
      best = value;
      efforts = tried;
    }
  }
  return Solved::exactly;
}

}  // namespace goodhart
