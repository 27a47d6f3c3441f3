/// Network `edges`: who sees whom as listed, pair by pair.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "goodhart/scenario/fields.hpp"
#include "goodhart/scenario/networks/abilities.hpp"

namespace goodhart {

/// The list comes from a file or stands in the scenario itself. This layer knows no files: whoever reads a scenario's
/// document puts the pairs in place of the file's name first (io/edges.hpp).
struct Edges {
  static constexpr const char* kName = "edges";
  static constexpr const char* kHelp = "who sees whom as listed, in a file or in place; who is not listed sees nobody";
  static constexpr bool kShorthand = true;
  std::string file;
  std::optional<std::vector<std::vector<int>>> pairs;  ///< [from, to]: `from` sees `to`
  bool mutual = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit(
        "file", self.file,
        About{.help = "a text file with a pair `from to` or `from,to` on each line, `from` seeing `to`; employees are "
                      "numbered from 0; lines that begin with # are skipped; found from the scenario's folder"});
    visit("pairs", self.pairs, About{.help = "the pairs themselves, in place of a file: `[[0, 1], [0, 2]]`", .low = 0});
    visit("mutual", self.mutual, About{.help = "does each pair go both ways?"});
  }

  std::vector<NetworkFault> faults(int size) const;
};

}  // namespace goodhart
