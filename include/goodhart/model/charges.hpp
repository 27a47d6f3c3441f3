/// Decisions with fixed charges: lumps that fall due where an activity is done at all, such as setting up a trick.
///
/// The problem is the fixed-charge problem (Hirsch and Dantzig 1968). There are two kinds
/// of charges: those that last, O, and those that fall due again in each step, E. With the charges S of O paid,
///
///   W(S, now) = max over subsets T of E and plans x of U(x) - charges of T (and, if `now`, of S),
///
/// where x does only what S and T open, and the time of the charges is taken from the budget and felt. What is chosen
/// is the S that maximises
///
///   V(S) = W(S, now) + (horizon - 1) W(S, later),
///
/// as if all later steps were like this one with S free, and then the plan of W(S, now). What is set up need not be
/// done in the same step: there may be no time left for it. Every subset is looked at, but for those that a bound
/// excludes.
#pragma once

#include "goodhart/model/decision.hpp"

namespace goodhart {

/// Writes the plan of the S that maximises V to `efforts`, and the charges that are then paid to `decision.paid`. V is
/// within 1e-9 (1 + |V|) of its maximum; where several sets are worth the same, one with fewer charges is chosen, and
/// of these the one whose charges are listed first. `decide` calls this where a decision has charges.
Solved decide_with_charges(const Decision& decision, PerActivity& efforts);

/// The charges that a plan must pay at least, bit c for charge c: those that open an activity which it does.
std::uint32_t charges_of(const Decision& decision, const PerActivity& efforts);

/// What the lasting ones of these charges are reckoned to bring in later steps: (horizon - 1) (W(S, later) -
/// W(none, later)).
double later_gain(const Decision& decision, std::uint32_t paid);

}  // namespace goodhart
