/// Network `small_world`: a ring of neighbours with some ties rewired at random (Watts & Strogatz 1998,
/// doi 10.1038/30918).
#pragma once

#include "goodhart/scenario/fields.hpp"
#include "goodhart/scenario/networks/abilities.hpp"

namespace goodhart {

struct SmallWorld {
  static constexpr const char* kName = "small_world";
  static constexpr const char* kHelp = "neighbours on a ring see each other; each tie is rewired with some probability";
  int degree = 6;
  double rewire = 0.1;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("degree", self.degree,
          About{.help = "ties of each one before rewiring: an even number below the size", .low = 2, .required = true});
    visit("rewire", self.rewire,
          About{.help = "probability that a tie leads somewhere else", .low = 0, .high = 1, .required = true});
  }

  std::vector<NetworkFault> faults(int size) const { return faults_of_mutual_degree(degree, size); }
};

}  // namespace goodhart
