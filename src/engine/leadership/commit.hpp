/// What leadership commits to before the first step, found by rehearsing every contract that it may choose.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "goodhart/engine/experiment.hpp"

namespace goodhart {

/// Runs an arm: its records, replicate by replicate.
using RunsOf = std::function<std::vector<RunRecord>(const Arm&)>;

/// Does leadership still have to choose what it commits to under some policy?
bool awaits_commitment(const Scenario& scenario);

/// Chooses for every policy that commits and has not chosen yet, or for the one of the name `only`; the others stay.
void commit(Scenario& scenario, const RunsOf& runs_of, const std::string& only = {});

}  // namespace goodhart
