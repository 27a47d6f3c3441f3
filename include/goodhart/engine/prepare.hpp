/// From a document to a scenario that can be run: changed, checked and rehearsed.
#pragma once

#include <string>
#include <vector>

#include "goodhart/core/document.hpp"
#include "goodhart/scenario/edits.hpp"
#include "goodhart/scenario/scenario.hpp"

namespace goodhart {

/// A scenario that can be run, from a document that was built in code or parsed (`parse_yaml` of goodhart::io). Makes
/// the changes, reads and checks, keeps the named policies (all where none is named), and rehearses. What is returned
/// owns all it holds; the document may go. Odd things (warnings) are appended to `warnings`, where there is such a
/// list.
///
/// Throws UserError with every mistake that was found. A network of edges from a file is one of them: put its `pairs`
/// into the document instead, or have goodhart::io do it (`read_edge_file`).
Scenario prepared(Node document, const std::vector<Edit>& edits = {}, const std::vector<std::string>& policies = {},
                  std::vector<Diagnostic>* warnings = nullptr);

/// What `rehearse` finds in a scenario that was read from a document, with the places of what is written there.
std::vector<Diagnostic> rehearsed(const Scenario& scenario, const Node& document);

/// Diagnostics with the places of what their paths lead to in a document, where they have none.
std::vector<Diagnostic> placed(std::vector<Diagnostic> found, const Node& document);

}  // namespace goodhart
