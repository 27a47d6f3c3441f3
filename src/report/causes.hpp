/// What makes the changes that a comparison finds: the causes as every report calls them, in sentences and as a table.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "goodhart/analysis/comparison.hpp"

namespace goodhart {

struct CauseName {
  const char* name;  ///< for people
  const char* term;  ///< in the literature, in JSON and in CSV
  const char* what;
  Estimate Causes::*part;
};

inline constexpr CauseName kCauses[] = {
    {"gaming", "adversarial", "people raise the reading by activities that are there for nothing else",
     &Causes::adversarial},
    {"overshoot", "extremal", "the metric goes on rising where value no longer does", &Causes::extremal},
    {"luck", "regressional", "noise in readings is mistaken for what they read", &Causes::regressional},
    {"circumstances", "causal", "readings differ for reasons that no effort moves", &Causes::causal},
    {"what is left", "left",
     "with the other four switched off the incentive still weighs activities otherwise than value does, so that work "
     "is "
     "over-used or left undone (or done for the better): not gaming",
     &Causes::left}};

/// Is the cause one whose absence would change something in this scenario?
bool is_at_work(const Comparison& comparison, const CauseName& cause);

/// Are the numbers of a split in per cent, or points of it? Else in money, for want of a level to compare with.
bool in_per_cent(const Split& split);

/// Do per cent say something of it? Not where the comparison policy has next to nothing of it, or nothing.
bool can_be_told(const Split& split);

/// An estimate of a split as it is shown: in per cent of the comparison policy's mean, where that can be.
Estimate as_shown(const Split& split, Estimate estimate);

/// "Gaming adds 41 points to the dashboard of prompts and does not measurably change value."; empty where that is not
/// known. Null splits are left out.
std::string gaming_sentence(const std::vector<const Split*>& splits);

/// What makes the changes under a policy: on the dashboards gaming so much, on value so much, and what would be there
/// without it. Only from numbers and their intervals.
std::vector<std::string> causes_sentences(const Comparison& comparison, const PolicyComparison& policy);

/// The splits of a policy beside each other, for a terminal: a row each. Empty where there are none, or nothing
/// changes.
std::string causes_table(const Comparison& comparison, const PolicyComparison& policy);

/// Columns of text beside each other, the first to the left and the others to the right, each line after `indent`.
std::string aligned(const std::vector<std::vector<std::string>>& rows, const std::string& indent);

}  // namespace goodhart
