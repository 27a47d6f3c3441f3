/// Leadership: from the list of moves to the one at hand.
#include "goodhart/model/leadership.hpp"

#include "leadership/kind.hpp"

namespace goodhart {

void act(const Move& what, Office& office, std::size_t move) {
  std::visit([&](const auto& kind) { act_as(kind, office, move); }, what);
}

int audited(const Move& what, int since) {
  return std::visit([&](const auto& kind) { return audited_by(kind, since); }, what);
}

std::vector<std::string> metrics_read(const Move& what) {
  return std::visit([](const auto& kind) { return metrics_read_by(kind); }, what);
}

std::string moves_target_of(const Move& what) {
  return std::visit([](const auto& kind) { return moves_target_as(kind); }, what);
}

bool moves_rates(const Move& what) {
  return std::visit([](const auto& kind) { return moves_rates_as(kind); }, what);
}

}  // namespace goodhart
