/// The best local maximisers found so far, and which of them wins a tie.
#pragma once

#include <array>

#include "goodhart/model/decision.hpp"
#include "reduction.hpp"
#include "sigmoid.hpp"

namespace goodhart::detail {

/// Local maximisers whose utility is within a tie of the best so far.
class Contenders {
 public:
  explicit Contenders(const Decision& decision) : decision_(decision) {}

  void add(const PerActivity& efforts) {
    const double u = utility(decision_, efforts);
    if (u > best_) best_ = u;
    for (int i = 0; i < count_;) {
      if (utility_[static_cast<std::size_t>(i)] < best_ - tie_width(best_)) {
        --count_;
        utility_[static_cast<std::size_t>(i)] = utility_[static_cast<std::size_t>(count_)];
        efforts_[static_cast<std::size_t>(i)] = efforts_[static_cast<std::size_t>(count_)];
      } else {
        ++i;
      }
    }
    if (u < best_ - tie_width(best_)) return;
    if (count_ == kRoom) {
      if (!wins_tie(decision_, efforts, efforts_[kRoom - 1])) return;
      --count_;
    }
    utility_[static_cast<std::size_t>(count_)] = u;
    efforts_[static_cast<std::size_t>(count_++)] = efforts;
  }

  double best() const { return best_; }

  const PerActivity& winner() const {
    int first = 0;
    for (int i = 1; i < count_; ++i) {
      if (wins_tie(decision_, efforts_[static_cast<std::size_t>(i)], efforts_[static_cast<std::size_t>(first)])) {
        first = i;
      }
    }
    return efforts_[static_cast<std::size_t>(first)];
  }

 private:
  static constexpr int kRoom = 8;
  const Decision& decision_;
  double best_ = -kInfinity;
  int count_ = 0;
  std::array<double, kRoom> utility_;
  std::array<PerActivity, kRoom> efforts_;
};

}  // namespace goodhart::detail
