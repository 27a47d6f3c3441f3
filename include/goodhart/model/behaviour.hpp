/// How an employee chooses, given its own coefficients and the reward curves it believes in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "goodhart/model/decision.hpp"
#include "goodhart/model/population.hpp"
#include "goodhart/scenario/behaviours.hpp"

namespace goodhart {

/// Another employee, as it was in the last step.
struct PeerView {
  PerActivity efforts{};
  double utility = 0;
};

/// What an employee who chooses knows and may ask for. The engine fills it in, one employee and step at a time.
class Outlook {
 public:
  virtual ~Outlook() = default;

  std::size_t employee = 0;
  const Terms* terms = nullptr;  ///< the behaviour's quantities
  bool past = false;             ///< is there a last step of its own? Not for newcomers, nor in the first step
  PerActivity last{};            ///< efforts of the last step
  double paid = 0;               ///< rewards of the last step, in pay
  double utility = 0;            ///< realised in the last step
  std::span<double> memory;  ///< the behaviour's own numbers of this employee (`memory_size`); 0 where nothing is past
  Decision* decision = nullptr;  ///< under all incentives

  /// How many incentives there are to respond to in this step.
  virtual int incentives() const = 0;
  /// The decision under one of the incentives alone, or under none (-1); stays as it is until the next call.
  virtual Decision& facing(int incentive) = 0;
  /// A number in (0, 1) that is this employee's own in this step for this purpose.
  virtual double draw(OwnPurpose purpose, std::uint32_t index) const = 0;
  /// The peer found at u in (0, 1) among all peers; nobody where there are none.
  virtual std::optional<PeerView> meet(double u) const = 0;
};

/// Takes in what the last step paid (of the outlook: `paid` and `memory`); in every step, whether or not inertia then
/// keeps the efforts.
void remember(const Behaviour& behaviour, Outlook& outlook);

/// Chooses one employee's efforts.
Solved choose(const Behaviour& behaviour, Outlook& outlook, PerActivity& efforts);

/// What one does who faces a decision without any reward, chance left out: what rivals are believed to do before they
/// have been seen.
Solved unrewarded(const Behaviour& behaviour, const Terms& terms, std::size_t employee, Decision& decision,
                  PerActivity& efforts);

/// How many numbers an employee of this behaviour remembers where there are so many incentives.
std::size_t memory_size(const Behaviour& behaviour, int incentives);

/// Does it always choose the global maximiser of its decision?
bool optimises(const Behaviour& behaviour);

/// Are gaming activities closed to it?
bool closes_gaming(const Behaviour& behaviour);

/// Does what it does depend on what incentives promise?
bool responds(const Behaviour& behaviour);

/// Does it look at what peers did and got?
bool watches(const Behaviour& behaviour);

/// The probability of keeping the last step's efforts.
double inertia(const Behaviour& behaviour);

/// What is left of a linear reward for one who foresees the ratchet on its target: 1 - d s / (n (1 - d (1 - s))), d the
/// discount per review, s the ratchet's speed, n the number whose mean moves the target (Weitzman 1980,
/// doi 10.2307/3003414). 1 for those who do not foresee.
double foresight(const Behaviour& behaviour, double speed, double people);

/// Makes efforts fit what is possible: none above its bound or in a closed activity, and all scaled down together where
/// they take more time than there is, less what setups take. What there is no time to set up is not done.
void fit(const Decision& decision, PerActivity& efforts);

}  // namespace goodhart
