/// The plans that those choose from who do not optimise.
#include "menu.hpp"

#include <algorithm>

namespace goodhart {

namespace {

bool can_game(const Decision& decision) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(decision.activities); ++k) {
    if ((decision.gaming >> k & 1u) && decision.most[k] > 0) return true;
  }
  return false;
}

}  // namespace

int menu_size(const Outlook& outlook) {
  const int incentives = outlook.incentives();
  return 1 + (incentives > 1 ? 1 : 0) + incentives * (can_game(*outlook.decision) ? 2 : 1);
}

Solved menu_plan(Outlook& outlook, int p, PerActivity& efforts) {
  const int incentives = outlook.incentives();
  if (p == 0) return decide(outlook.facing(-1), efforts);
  --p;
  if (incentives > 1) {
    if (p == 0) return decide(*outlook.decision, efforts);
    --p;
  }
  const bool honest = p >= incentives;
  Decision& alone = outlook.facing(honest ? p - incentives : p);
  for (std::size_t k = 0; honest && k < static_cast<std::size_t>(alone.activities); ++k) {
    if (alone.gaming >> k & 1u) alone.most[k] = 0;
  }
  return decide(alone, efforts);
}

std::size_t pick(std::span<const double> weights, double u) {
  double total = 0;
  for (const double weight : weights) total += weight;
  if (!(total > 0)) return any(weights.size(), u);
  double left = u * total;
  std::size_t last = 0;
  for (std::size_t p = 0; p < weights.size(); ++p) {
    if (weights[p] <= 0) continue;
    last = p;
    left -= weights[p];
    if (left < 0) break;
  }
  return last;
}

std::size_t any(std::size_t count, double u) {
  return std::min(static_cast<std::size_t>(u * static_cast<double>(count)), count - 1);
}

}  // namespace goodhart
