/// Network `random`: each employee sees a number of others drawn uniformly.
#pragma once

#include "goodhart/scenario/fields.hpp"
#include "goodhart/scenario/networks/abilities.hpp"

namespace goodhart {

struct RandomPeers {
  static constexpr const char* kName = "random";
  static constexpr const char* kHelp = "each sees `degree` different others, drawn uniformly; seeing is not mutual";
  int degree = 6;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("degree", self.degree,
          About{.help = "how many others each one sees; at most size - 1", .low = 1, .required = true});
  }

  std::vector<NetworkFault> faults(int size) const;
};

}  // namespace goodhart
