/// Named draws: every random number is a function of (seed, purpose, replicate, employee, step, index) and of nothing
/// else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace goodhart {

/// What a draw is for. Two uses can never share numbers; add new purposes at the end, never reuse a number.
enum class Purpose : std::uint32_t {
  quantity = 1,      ///< a distribution in the scenario; named by its path
  group = 2,         ///< who is in which group
  network = 3,       ///< who sees whom
  noise = 4,         ///< a metric's own noise; named by the metric
  common_noise = 5,  ///< the noise that everybody shares; named by the metric
  audit = 6,         ///< whether an employee is audited
  dismissal = 7,     ///< whether one who was caught is dismissed
  inertia = 8,       ///< whether an employee keeps the last step's efforts
  sample = 9,        ///< which employees a recorder follows
  mutation = 10,     ///< how a newcomer differs from the one it takes after; named by the trait
  lot = 11,          ///< who comes first where ranks are equal; named by the incentive
  access = 12,       ///< who has access at first, gains and loses it; named by the activity
  attrition = 13,    ///< who leaves by itself
  signal = 14,       ///< how far an applicant's signal is off
  model = 15,        ///< whom a newcomer is copied from
  choice = 16,       ///< which plan is taken where the best is not certain
  exploration = 17,  ///< whether any plan is tried, and which
  meeting = 18,      ///< which peer is met, and whether it is copied
  trial = 19,        ///< the order in which changes are tried
  leadership = 20,   ///< whether leadership acts
  inspection = 21,   ///< whom leadership audits
  resampling = 22,   ///< which replicates a bootstrap takes; never in a run
  world = 23,        ///< which values doubtful numbers take in a sampled world; never in a run
  scramble = 24,     ///< how Sobol' points are scrambled; named by the number's path; never in a run
  trajectory = 25,   ///< the way of an elementary effect through the ranges; never in a run
  rehearsal = 26,    ///< the seed of the runs by which leadership chooses what it commits to
  fit = 27,          ///< errors of observations and walks of particles; never in a run
};

/// For what an employee draws by itself in a step: all that behaviours may ask for (`Outlook::draw`).
inline constexpr std::array kOwnPurposes{Purpose::inertia, Purpose::choice, Purpose::exploration, Purpose::meeting,
                                         Purpose::trial};

/// One of `kOwnPurposes`: another does not compile, so that no draw gets another's luck.
class OwnPurpose {
 public:
  consteval OwnPurpose(Purpose purpose) {  // a purpose is meant: draws read naturally
    while (kOwnPurposes[place_] != purpose) {
      if (++place_ == kOwnPurposes.size()) throw "this purpose does not stand in kOwnPurposes";
    }
  }
  /// Where it stands among them.
  constexpr std::size_t place() const { return place_; }

 private:
  std::size_t place_ = 0;
};

/// Philox4x32-10: a keyed bijection of 128 bits that passes for random.
/// Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11,
/// doi 10.1145/2063384.2063405.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// The draws of one purpose (and name, where the purpose has several) under one seed.
///
/// The key is a 64-bit hash of (seed, purpose, name); the counter is (employee, step, replicate, index). So draws of
/// one key are distinct by construction, and draws of different keys are unrelated.
class Draws {
 public:
  Draws(std::uint64_t seed, Purpose purpose, std::string_view name = {});

  /// 128 random bits.
  std::array<std::uint32_t, 4> bits(std::uint32_t replicate, std::uint32_t employee, std::int32_t step,
                                    std::uint32_t index = 0) const {
    return philox4x32({employee, static_cast<std::uint32_t>(step), replicate, index}, key_);
  }

  /// Uniform in (0, 1), on 2^52 midpoints: never 0 and never 1.
  double uniform(std::uint32_t replicate, std::uint32_t employee, std::int32_t step, std::uint32_t index = 0) const {
    const std::array<std::uint32_t, 4> word = bits(replicate, employee, step, index);
    const std::uint64_t high = (std::uint64_t{word[1]} << 32 | word[0]) >> 12;  // 52 bits: midpoints stay below 1
    return (static_cast<double>(high) + 0.5) * 0x1p-52;
  }

  /// The bits of employees first, first + 1, ...: word[w][i] is bits(replicate, first + i, step, index)[w]. The four
  /// spans are of one length.
  void bits(std::uint32_t replicate, std::uint32_t first, std::int32_t step, std::uint32_t index,
            const std::array<std::span<std::uint32_t>, 4>& word) const;

  /// The uniforms of employees first, first + 1, ...: out[i] is uniform(replicate, first + i, step, index).
  void uniforms(std::uint32_t replicate, std::uint32_t first, std::int32_t step, std::uint32_t index,
                std::span<double> out) const;

 private:
  std::array<std::uint32_t, 2> key_;
};

/// A well-mixed 64-bit value of a seed and a text, for keys and for the derived seeds shown in results.
std::uint64_t mixed(std::uint64_t seed, std::string_view text);

}  // namespace goodhart
