/// Changes of a scenario's document by paths, and which of its policies are kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "goodhart/core/document.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A value that is put where a path points, as `--set PATH=VALUE` does: {"population.size", Node::number(500)}.
struct Edit {
  std::string path;
  Node value;
  Place place = {};  ///< what messages point at: the option; without a source they name the path instead
};

/// Throws UserError where an edit changes nothing, because a later one is of the same path or of one above it.
void refuse_overlaps(const std::vector<Edit>& edits);

/// Makes the changes, in order, and returns what is wrong with those that could not be made. A path may lead into what
/// stands in short, by the names that `resolved` has: metrics.output.noise.normal.scale where the document has
/// `noise: 0.3`.
std::vector<Diagnostic> apply_edits(Node& document, const std::vector<Edit>& edits);

/// The policy that a path leads into: "trust" for policies.trust and what is below, else empty.
std::string policy_of_path(const std::string& path);

/// Nothing where the scenario has a policy of that name; else a sentence: "there is no such policy; did you mean ...?".
std::optional<std::string> no_such_policy(const Scenario& scenario, const std::string& name);

/// Keeps the named policies, in the order of the scenario, and what varies in them. If the one that differences are
/// taken against is not among them, the first takes its place. Throws UserError where there is no policy of a name.
void keep_policies(Scenario& scenario, const std::vector<std::string>& kept);

}  // namespace goodhart
