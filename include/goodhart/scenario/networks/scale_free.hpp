/// Network `scale_free`: newcomers tie themselves to those who have many ties already (Barabasi & Albert 1999,
/// doi 10.1126/science.286.5439.509).
#pragma once

#include "goodhart/scenario/fields.hpp"
#include "goodhart/scenario/networks/abilities.hpp"

namespace goodhart {

/// One after another joins with degree / 2 ties to others, each chosen with a probability proportional to the ties it
/// has. The first degree + 1 all know each other, so the mean degree is `degree` exactly, whatever the size.
struct ScaleFree {
  static constexpr const char* kName = "scale_free";
  static constexpr const char* kHelp =
      "few have very many ties: whoever joins ties itself to those who have many; mutual";
  int degree = 6;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("degree", self.degree,
          About{.help = "mean number of ties: an even number below the size", .low = 2, .required = true});
  }

  std::vector<NetworkFault> faults(int size) const { return faults_of_mutual_degree(degree, size); }
};

}  // namespace goodhart
