/// Networks: from the list of kinds to the one at hand, and the shares that peers are seen with.
#include "goodhart/model/network.hpp"

#include <algorithm>

#include "goodhart/core/lanes.hpp"
#include "networks/kind.hpp"

namespace goodhart {

namespace {

static_assert(Sightings::kWord == 32);

/// How many of their `degree` peers did it, for whole tiles of employees, whose peers stand as in Peers.
GOODHART_WIDE void count_peers(const std::int32_t* __restrict peers, std::uint32_t degree,
                               const std::uint32_t* __restrict did, std::size_t tiles, std::uint32_t* __restrict out) {
  for (std::size_t tile = 0; tile < tiles; ++tile, out += Peers::kTile) {
    for (std::size_t l = 0; l < Peers::kTile; ++l) out[l] = 0;
    for (std::uint32_t p = 0; p < degree; ++p, peers += Peers::kTile) {
      // Signed numbers are what gathers take.
      for (std::size_t l = 0; l < Peers::kTile; ++l) out[l] += did[peers[l] >> 5] >> (peers[l] & 31) & 1u;
    }
  }
}

/// Counts as shares of `degree`.
GOODHART_WIDE void shares_of(const std::uint32_t* __restrict many, std::uint32_t degree, std::size_t count,
                             double* __restrict out) {
  const double per_peer = 1.0 / degree;
  for (std::size_t i = 0; i < count; ++i) {
    const double share = static_cast<std::int32_t>(many[i]) * per_peer;
    out[i] = many[i] == degree ? 1.0 : share;
  }
}

}  // namespace

Peers peers_of(const Network& network, const Roster& roster, Luck luck) {
  return std::visit([&](const auto& kind) { return peers_as(kind, roster, luck); }, network);
}

Peers Peers::listed(std::vector<std::uint32_t> first, std::vector<std::uint32_t> seen) {
  Peers peers(Form::listed);
  const std::size_t size = first.size() - 1;
  const std::uint32_t degree = size > 0 ? first[1] - first[0] : 0;
  bool even = degree > 0;
  for (std::size_t i = 1; i < first.size(); ++i) even = even && first[i] - first[i - 1] == degree;
  if (!even) {
    peers.first_ = std::move(first);
    peers.seen_ = std::move(seen);
    return peers;
  }
  peers.degree_ = degree;
  peers.seen_.resize((size + kTile - 1) / kTile * kTile * degree);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t p = 0; p < degree; ++p) {
      peers.seen_[(i / kTile * degree + p) * kTile + i % kTile] = seen[first[i] + p];
    }
  }
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

std::vector<std::uint32_t> Peers::of(std::size_t employee) const {
  std::vector<std::uint32_t> peers(form_ == Form::listed ? count_of(employee) : 0);
  for (std::size_t p = 0; p < peers.size(); ++p) peers[p] = listed_peer(employee, p);
  return peers;
}

void Peers::count(const Sightings& seen, const Roster& roster, int activities,
                  std::vector<std::uint32_t>& counts) const {
  counts.clear();
  if (form_ != Form::team && form_ != Form::everybody) return;
  const auto width = static_cast<std::size_t>(activities);
  const std::size_t circles = form_ == Form::team ? roster.teams() : 1;
  counts.resize(circles * width);
  for (std::size_t circle = 0; circle < circles; ++circle) {
    const std::size_t begin = form_ == Form::team ? circle * roster.team_size : 0;
    const std::size_t end = form_ == Form::team ? begin + roster.members(circle) : roster.size;
    for (std::size_t k = 0; k < width; ++k) {
      counts[circle * width + k] = seen.count(begin, end, static_cast<int>(k));
    }
  }
}

std::optional<std::size_t> Peers::pick(std::size_t employee, double u, const Roster& roster) const {
  const auto among = [u](std::size_t count) {
    return std::min(static_cast<std::size_t>(u * static_cast<double>(count)), count - 1);
  };
  if (form_ == Form::listed) {
    const std::size_t peers = count_of(employee);
    if (peers == 0) return std::nullopt;
    return listed_peer(employee, among(peers));
  }
  if (form_ == Form::nobody) return std::nullopt;
  const std::size_t team = roster.team_of(employee);
  const std::size_t first = form_ == Form::team ? team * roster.team_size : 0;
  const std::size_t count = form_ == Form::team ? roster.members(team) : roster.size;
  if (count < 2) return std::nullopt;
  const std::size_t peer = first + among(count - 1);
  return peer >= employee ? peer + 1 : peer;  // oneself left out
}

double Peers::share(std::size_t employee, int activity, const Sightings& seen, std::span<const std::uint32_t> counts,
                    const Roster& roster, int activities) const {
  double share = 0;
  shares(employee, activity, seen, counts, roster, activities, {&share, 1});
  return share;
}

std::pair<std::size_t, std::size_t> Peers::seen_by(std::size_t first, std::size_t last, const Roster& roster) const {
  switch (form_) {
    case Form::nobody:
      return {first, first};
    case Form::team: {
      const std::size_t begin = roster.team_of(first), end = roster.team_of(last - 1);
      return {begin * roster.team_size, end * roster.team_size + roster.members(end)};
    }
    case Form::everybody:
    case Form::listed:
      return {0, roster.size};
  }
  return {0, roster.size};
}

void Peers::fetch(std::size_t first, std::size_t count) const {
  if (degree_ == 0) return;
  constexpr std::size_t kLine = 64 / sizeof(std::uint32_t);
  const std::size_t begin = first / kTile * kTile * degree_, end = std::min(seen_.size(), begin + count * degree_);
  for (std::size_t at = begin; at < end; at += kLine) __builtin_prefetch(seen_.data() + at, 0, 2);
}

void Peers::shares(std::size_t first, int activity, const Sightings& seen, std::span<const std::uint32_t> counts,
                   const Roster& roster, int activities, std::span<double> out) const {
  const std::uint32_t* words = seen.words(activity);
  const auto did = [&](std::size_t who) { return words[who / Sightings::kWord] >> (who % Sightings::kWord) & 1u; };
  const auto share = [](std::uint32_t count, std::size_t peers) {
    return peers == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(peers);
  };
  switch (form_) {
    case Form::nobody:
      std::fill(out.begin(), out.end(), 0.0);
      return;
    case Form::team:
    case Form::everybody:
      for (std::size_t i = 0; i < out.size();) {
        const std::size_t team = form_ == Form::team ? roster.team_of(first + i) : 0;
        const std::size_t members = form_ == Form::team ? roster.members(team) : roster.size;
        const std::size_t end = std::min(out.size(), team * roster.team_size + members - first);
        const std::uint32_t all =
            counts[team * static_cast<std::size_t>(activities) + static_cast<std::size_t>(activity)];
        // Oneself left out: one share for those who did it, another for those who did not.
        const double shares[2] = {share(all, members - 1), share(all - 1, members - 1)};
        for (; i < end; ++i) out[i] = shares[did(first + i)];
      }
      return;
    case Form::listed:
      if (degree_ > 0) {
        // By whole tiles, of which the first and the last may reach beyond those who are asked for.
        constexpr std::size_t kAtOnce = 4;
        std::uint32_t many[kAtOnce * kTile];
        const std::size_t end = first + out.size();
        for (std::size_t from = first; from < end;) {
          const std::size_t begin = from / kTile * kTile;
          const std::size_t tiles = std::min(kAtOnce, (end - begin + kTile - 1) / kTile);
          const std::size_t to = std::min(end, begin + tiles * kTile);
          count_peers(reinterpret_cast<const std::int32_t*>(seen_.data() + begin * degree_), degree_, words, tiles,
                      many);
          shares_of(many + (from - begin), degree_, to - from, out.data() + (from - first));
          from = to;
        }
        return;
      }
      for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint32_t count = 0;
        const std::uint32_t begin = first_[first + i], end = first_[first + i + 1];
        for (std::uint32_t p = begin; p < end; ++p) count += did(seen_[p]);
        out[i] = share(count, end - begin);
      }
      return;
  }
}

}  // namespace goodhart
