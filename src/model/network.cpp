/// Networks: from the list of kinds to the one at hand, and the shares that peers are seen with.
#include "goodhart/model/network.hpp"

#include <algorithm>
#include <bit>

#include "networks/kind.hpp"

namespace goodhart {

Peers peers_of(const Network& network, const Roster& roster, Luck luck) {
  return std::visit([&](const auto& kind) { return peers_as(kind, roster, luck); }, network);
}

Peers Peers::listed(std::vector<std::uint32_t> first, std::vector<std::uint32_t> seen) {
  Peers peers(Form::listed);
  peers.first_ = std::move(first);
  peers.seen_ = std::move(seen);
  return peers;
}

Peers Peers::of_pairs(std::size_t size, std::span<const Pair> pairs, bool mutual) {
  std::vector<std::uint32_t> first(size + 1, 0), seen((mutual ? 2 : 1) * pairs.size());
  for (const auto& [from, to] : pairs) {
    ++first[from + 1];
    if (mutual) ++first[to + 1];
  }
  for (std::size_t i = 0; i < size; ++i) first[i + 1] += first[i];
  std::vector<std::uint32_t> at(first.begin(), first.end() - 1);
  for (const auto& [from, to] : pairs) {
    seen[at[from]++] = to;
    if (mutual) seen[at[to]++] = from;
  }
  return listed(std::move(first), std::move(seen));
}

std::span<const std::uint32_t> Peers::of(std::size_t employee) const {
  if (form_ != Form::listed) return {};
  return {seen_.data() + first_[employee], seen_.data() + first_[employee + 1]};
}

std::vector<std::uint32_t> Peers::counts(std::span<const Doing> doing, const Roster& roster, int activities) const {
  if (form_ != Form::team && form_ != Form::everybody) return {};
  const auto width = static_cast<std::size_t>(activities);
  std::vector<std::uint32_t> counts((form_ == Form::team ? roster.teams() : 1) * width);
  for (std::size_t i = 0; i < doing.size(); ++i) {
    std::uint32_t* row = counts.data() + (form_ == Form::team ? roster.team_of(i) : 0) * width;
    for (unsigned bits = doing[i]; bits != 0; bits &= bits - 1) ++row[std::countr_zero(bits)];
  }
  return counts;
}

std::optional<std::size_t> Peers::pick(std::size_t employee, double u, const Roster& roster) const {
  const auto among = [u](std::size_t count) {
    return std::min(static_cast<std::size_t>(u * static_cast<double>(count)), count - 1);
  };
  if (form_ == Form::listed) {
    const std::span<const std::uint32_t> peers = of(employee);
    if (peers.empty()) return std::nullopt;
    return peers[among(peers.size())];
  }
  if (form_ == Form::nobody) return std::nullopt;
  const std::size_t team = roster.team_of(employee);
  const std::size_t first = form_ == Form::team ? team * roster.team_size : 0;
  const std::size_t count = form_ == Form::team ? roster.members(team) : roster.size;
  if (count < 2) return std::nullopt;
  const std::size_t peer = first + among(count - 1);
  return peer >= employee ? peer + 1 : peer;  // oneself left out
}

double Peers::share(std::size_t employee, int activity, std::span<const Doing> doing,
                    std::span<const std::uint32_t> counts, const Roster& roster, int activities) const {
  const auto did = [&](std::size_t who) { return std::uint32_t{doing[who]} >> activity & 1u; };
  std::uint32_t count = 0;
  std::size_t peers = 0;
  switch (form_) {
    case Form::nobody:
      return 0;
    case Form::team:
    case Form::everybody: {
      const std::size_t team = form_ == Form::team ? roster.team_of(employee) : 0;
      peers = (form_ == Form::team ? roster.members(team) : roster.size) - 1;
      count = counts[team * static_cast<std::size_t>(activities) + static_cast<std::size_t>(activity)] - did(employee);
      break;
    }
    case Form::listed: {
      const auto seen = of(employee);
      peers = seen.size();
      for (const std::uint32_t other : seen) count += did(other);
      break;
    }
  }
  return peers == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(peers);
}

}  // namespace goodhart
