/// Sentences that say no more than what was compared.
#include "goodhart/report/reproduction.hpp"

#include <fmt/format.h>

#include <cmath>

#include "goodhart/core/document.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "numbers.hpp"

namespace goodhart {
namespace {

using Verdict = Reproduction::Verdict;
static_assert(kLastBits == 1e-9, "the sentences below say so");

/// "value of prompts under quota, replicate 2, step 3".
std::string place_text(const Discrepancy& at) {
  std::string text = at.variable;
  if (!at.of.empty()) text += fmt::format(" of {}", fmt::join(at.of, ", "));
  text += fmt::format(" under {}, replicate {}", at.policy, at.replicate);
  if (at.step) text += fmt::format(", step {}", *at.step);
  return text;
}

std::string numbers_text(const Discrepancy& at) {
  if (at.variable == "status") {
    return at.stored != 0 ? "the run failed in the file, and does not now"
                          : "the run fails now, and did not in the file";
  }
  return fmt::format("{} in the file, {} run again", number_text(at.stored), number_text(at.again));
}

std::string relative_text(double relative) {
  return std::isfinite(relative) ? fmt::format("{:.2g}", relative) : "without bound";
}

std::string count_text(const Reproduction& told) {
  return fmt::format("{} of {} numbers differ{}", told.differing, told.compared, told.differing == 1 ? "s" : "");
}

std::string equal_text(const Reproduction& told, const Results& results) {
  if (told.digests_fit) {
    return fmt::format("equal. Its scenario, run again, gives the same content digest, {}.", results.digest);
  }
  std::string text = fmt::format("equal in all {} numbers that were compared.", told.compared);
  if (!told.has_digest) {
    text += " The file has no content digest, so nothing else of it could be compared.";
  } else {
    text += " Its content digest is another one because the file is older and has no means over all steps.";
  }
  return text;
}

std::string last_bits_text(const Reproduction& told) {
  return fmt::format(
      "equal but for the last bits. {}, none by more than 1e-9 of its size. The largest relative difference is {}: {}; "
      "{}.",
      count_text(told), relative_text(told.largest->relative), place_text(*told.largest), numbers_text(*told.largest));
}

std::string different_text(const Reproduction& told) {
  if (!told.first) {
    return fmt::format(
        "different. All {} numbers that were compared one by one are equal, and the content digest is not: what "
        "differs "
        "is {}.",
        told.compared,
        told.has_panels ? "in the panel of employees or of teams, or in the axes of a group"
                        : "in the axes of a group");
  }
  std::string text = fmt::format("different. {}; the first beyond 1e-9 of its size is {}: {}.", count_text(told),
                                 place_text(*told.first), numbers_text(*told.first));
  if (told.differing > 1) {
    text += fmt::format(" The largest relative difference is {}: {}; {}.", relative_text(told.largest->relative),
                        place_text(*told.largest), numbers_text(*told.largest));
  }
  return text;
}

}  // namespace

std::string to_text(const Reproduction& told, const Results& results, bool same_program) {
  std::string text = told.verdict == Verdict::equal       ? equal_text(told, results)
                     : told.verdict == Verdict::last_bits ? last_bits_text(told)
                                                          : different_text(told);
  if (told.has_panels && !told.digests_fit && (told.first || told.differing > 0 || !told.has_digest)) {
    text += " The panel of employees or teams was not compared.";
  }
  if (told.failed > 0) {
    text += fmt::format(" {} of {} runs failed, then as now.", told.failed,
                        results.scenario.policies.size() * results.replicates());
  }
  if (!same_program && told.verdict != Verdict::equal) {
    text +=
        " The file was made by another version or build (its provenance/program says which), whose numbers may differ.";
  }
  return wrapped(harmless_line(results.name) + ": " + text, "", "  ");
}

}  // namespace goodhart
