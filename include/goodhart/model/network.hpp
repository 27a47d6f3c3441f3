/// Who sees what whom does: the share of an employee's peers that visibly does an activity.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "goodhart/model/population.hpp"
#include "goodhart/scenario/networks.hpp"

namespace goodhart {

/// Activities of an employee, one bit each.
using Doing = std::uint16_t;

/// Who was seen doing what in a step: a bit for each employee, activity by activity, so that what six peers at random
/// did is read from the cache even of a large organisation.
class Sightings {
 public:
  Sightings() = default;
  Sightings(std::size_t employees, int activities)
      : words_((employees + kWord - 1) / kWord), bits_(words_ * static_cast<std::size_t>(activities)) {}

  /// So many employees to a word.
  static constexpr std::size_t kWord = 32;

  bool operator()(std::size_t employee, int activity) const {
    return words(activity)[employee / kWord] >> (employee % kWord) & 1u;
  }
  void note(std::size_t employee, int activity) {
    words(activity)[employee / kWord] |= std::uint32_t{1} << (employee % kWord);
  }
  void forget(std::size_t employee) {
    for (std::size_t at = employee / kWord; at < bits_.size(); at += words_) {
      bits_[at] &= ~(std::uint32_t{1} << (employee % kWord));
    }
  }
  /// How many of the employees begin ... end - 1 did an activity.
  std::uint32_t count(std::size_t begin, std::size_t end, int activity) const {
    const std::uint32_t* bits = words(activity);
    std::uint32_t many = 0;
    for (std::size_t at = begin; at < end;) {
      const std::size_t here = std::min(kWord - at % kWord, end - at);
      const std::uint32_t ones = here == kWord ? ~std::uint32_t{0} : (std::uint32_t{1} << here) - 1;
      many += static_cast<std::uint32_t>(std::popcount(bits[at / kWord] >> (at % kWord) & ones));
      at += here;
    }
    return many;
  }
  /// The bits of an activity.
  const std::uint32_t* words(int activity) const { return bits_.data() + static_cast<std::size_t>(activity) * words_; }
  std::uint32_t* words(int activity) { return bits_.data() + static_cast<std::size_t>(activity) * words_; }
  std::size_t words() const { return words_; }

 private:
  std::size_t words_ = 0;
  std::vector<std::uint32_t> bits_;  ///< (activities x words)
};

/// A drawn network. Peers that are given by who is where (teams, everybody) are counted; others are listed, in tiles
/// where everybody has as many, else in compressed rows.
class Peers {
 public:
  enum class Form { nobody, team, everybody, listed };
  /// Employees whose peers stand together where everybody has as many: all their first peers, all their second ones ...
  static constexpr std::size_t kTile = 64;

  static Peers nobody() { return Peers(Form::nobody); }
  static Peers team() { return Peers(Form::team); }
  static Peers everybody() { return Peers(Form::everybody); }
  /// Peers of employee i: seen[first[i]] ... seen[first[i + 1] - 1]; all below the number of employees.
  static Peers listed(std::vector<std::uint32_t> first, std::vector<std::uint32_t> seen);
  struct Pair {
    std::uint32_t from, to;  ///< `from` sees `to`
  };
  /// The peers that pairs give, listed in the order of the pairs; if mutual, both ends of each see each other.
  static Peers of_pairs(std::size_t size, std::span<const Pair> pairs, bool mutual);

  Form form() const { return form_; }
  /// The peers listed for an employee; empty for the other forms.
  std::vector<std::uint32_t> of(std::size_t employee) const;

  /// Who does what, counted by team (or over all) and activity; empty where peers are listed. `share` wants it for the
  /// same step.
  std::vector<std::uint32_t> counts(const Sightings& seen, const Roster& roster, int activities) const {
    std::vector<std::uint32_t> counts;
    count(seen, roster, activities, counts);
    return counts;
  }
  /// The same into a list that is there already.
  void count(const Sightings& seen, const Roster& roster, int activities, std::vector<std::uint32_t>& counts) const;
  /// The peer found at u in (0, 1) among all peers of an employee; nobody where there are none.
  std::optional<std::size_t> pick(std::size_t employee, double u, const Roster& roster) const;
  /// The share of an employee's peers that did an activity; 0 without peers.
  double share(std::size_t employee, int activity, const Sightings& seen, std::span<const std::uint32_t> counts,
               const Roster& roster, int activities) const;
  /// The same of the employees first, first + 1, ...
  void shares(std::size_t first, int activity, const Sightings& seen, std::span<const std::uint32_t> counts,
              const Roster& roster, int activities, std::span<double> out) const;

  /// Employees begin ... end - 1, among whom are all that have one of the employees first ... last - 1 for a peer.
  std::pair<std::size_t, std::size_t> seen_by(std::size_t first, std::size_t last, const Roster& roster) const;

  /// Asks for the listed peers of the employees first, first + 1, ..., who will be looked at next.
  void fetch(std::size_t first, std::size_t count) const;

 private:
  explicit Peers(Form form) : form_(form) {}

  std::size_t count_of(std::size_t employee) const {
    return degree_ > 0 ? degree_ : first_[employee + 1] - first_[employee];
  }
  std::uint32_t listed_peer(std::size_t employee, std::size_t p) const {
    return degree_ > 0 ? seen_[(employee / kTile * degree_ + p) * kTile + employee % kTile]
                       : seen_[first_[employee] + p];
  }

  Form form_;
  std::vector<std::uint32_t> seen_;   ///< peers: by tile, peer and place in the tile; or by employee and peer
  std::vector<std::uint32_t> first_;  ///< where an employee's peers begin; empty where everybody has as many
  std::uint32_t degree_ = 0;          ///< where everybody has as many peers; else 0
};

/// Draws a network for the people of a run, in time linear in its ties.
Peers peers_of(const Network& network, const Roster& roster, Luck luck);

}  // namespace goodhart
