/// The sentences of an ODD document, each with the mechanisms that it is about (`Inventory::uses`). The formulas are
/// those of docs/model.md in short; that page is the reference, and a change there is a change here.
#pragma once

#include <vector>

namespace goodhart::odd {

/// A sentence, or a row, that stands where one of its mechanisms is in use.
struct When {
  const char* uses;
  const char* text;
};

/// One of the eleven design concepts; `none` stands where no sentence does.
struct Concept {
  const char* name;
  std::vector<When> sentences;
  const char* none;
};

struct Submodel {
  const char* uses;
  const char* heading;
  const char* section;  ///< of docs/model.md
  const char* formulas;
  std::vector<When> sentences;
};

inline const std::vector<When> kPatterns{
    {"behaviour.best_response|behaviour.honest",
     "With one activity and no incentives hours are norm + intrinsic value / strain."},
    {"scheme.linear",
     "A linear reward on a distorted metric moves efforts along the loadings; value first rises with the rate, then "
     "falls (Baker 2002)."},
    {"scheme.quota", "A quota makes those just below it bunch on it and leaves a hole below."},
    {"scheme.quota&noise", "A noisy reading smooths both away."},
    {"audits", "Gaming stops where the expected penalty equals the reward of a unit (Becker 1968)."},
    {"noise",
     "Those selected on a noisy reading disappoint, and the more so where some can inflate it (Manheim and Garrabrant "
     "2018)."},
    {"scheme.tournament|scheme.status",
     "Equal rivals in a contest settle at the symmetric equilibrium, or cycle where there is none that is stable "
     "(Lazear and Rosen 1981)."},
    {"scheme.tournament.dismiss",
     "Forced ranking lifts the mean of those ranked in its first year, by less than the ratings promise (Scullen et "
     "al. 2005)."},
    {"move.ratchet", "A ratchet that is foreseen takes most of a piece rate's effect (Weitzman 1980)."},
    {"metrics.NAME.level.team|metrics.NAME.level.organisation",
     "Among n people a shared reward moves each by an n-th (Holmström 1982)."},
    {"activities.NAME.spread",
     "What spreads among peers follows Bass's (1969) curve in a crowd and lags behind it among few."},
    {"activities.NAME.setup.paid.once",
     "A trick that is set up once and cheap afterwards is set up where what it is reckoned to bring over the horizon "
     "exceeds the setup, and is done from then on."},
    {"audits.suspicion&audits.fine", "Readings of those who game stay below what is suspicious, or go far beyond it."},
};

inline const std::vector<When> kState{
    {"", "the efforts of the last step"},
    {"peers", "which activities others saw"},
    {"activities.NAME.later", "units whose consequences are still to fall due"},
    {"metrics.NAME.delay", "effort parts of readings that are still to come"},
    {"activities.NAME.team_value", "what was given to and received from team mates"},
    {"activities.NAME.team_load", "the load that was put on team mates"},
    {"activities.NAME.spread", "access to activities"},
    {"activities.NAME.setup", "what has been set up"},
    {"learning", "traits that learn"},
    {"stocks", "the levels of stocks"},
    {"workforce.outside", "the utility had since the last look elsewhere"},
    {"leavers", "the step of arrival"},
    {"behaviour.learning", "what each plan has paid"},
    {"scheme", "the sums of open review windows"},
    {"move.ratchet", "targets that leadership has moved"},
    {"move.retrain", "rates that leadership has fitted"},
    {"move.escalate", "the stakes in force"},
    {"compares", "what each one compared was expected to read in the last closed window"},
    {"audits.suspicion", "what readings are held against, and from where on they are suspicious"},
    {"move.infer", "what leadership has inferred of the gamed share, and how unsure it is"},
    {"move.commit", "what leadership has committed to"},
    {"phases", "the phase in force"},
};

/// The stages of a step, in order; those whose mechanisms are not in use are left out.
inline const std::vector<When> kSchedule{
    {"peers", "**See**: employees see what peers visibly did in the last step."},
    {"activities.NAME.later|activities.NAME.team_load",
     "**Fall due**: what earlier steps left for this one falls due."},
    {"", "**Decide**: each employee chooses efforts, all at once, on what earlier steps left."},
    {"!audits|audits.suspicion", "**Produce**: efforts become value, cost and hours."},
    {"audits&!audits.suspicion", "**Produce**: efforts become value, cost and hours; audits are drawn."},
    {"activities.NAME.team_value", "**Share**: team mates get what was given to them."},
    {"!metrics.NAME.delay", "**Measure**: efforts become readings."},
    {"metrics.NAME.delay", "**Measure**: efforts, of some steps ago where a metric has a delay, become readings."},
    {"audits.suspicion", "**Audit**: the suspicious readings of the step are found, and audits are drawn."},
    {"scheme", "**Review**: where a window closes, rewards are settled."},
    {"leavers", "**Leave**: it is settled who leaves."},
    {"", "**Record**: the means of the step are taken."},
    {"activities.NAME.spread", "As the next step begins, access to activities spreads and is lost."},
    {"learning", "As the next step begins, traits learn."},
    {"stocks", "As the next step begins, stocks have filled, drained and decayed, and traits show their levels."},
    {"leavers", "As the next step begins, newcomers take the places of those who left."},
    {"moves", "As the next step begins, leadership acts."},
};

inline const std::vector<Concept> kConcepts{
    {"Basic principles",
     {{"",
       "Goodhart's law in Strathern's (1997) words: \"When a measure becomes a target, it ceases to be a good "
       "measure.\" The frame is the multitask principal-agent model (Holmström and Milgrom 1991; Baker 1992; Feltham "
       "and Xie 1994), with employees who differ. An incentive reaches an employee only as a reward on the mean of a "
       "metric; an employee reaches the organisation only through efforts."}},
     ""},
    {"Emergence",
     {{"", "Efforts, hours, value, cost, and how far each metric goes with value follow from what employees choose."},
      {"activities.NAME.gaming",
       "So does who games and how much; that some activity can be read without producing value is an assumption of the "
       "scenario."},
      {"peers", "What is seen at peers makes it spread."}},
     ""},
    {"Adaptation",
     {{"scheme", "Efforts respond to rewards and to what is left of the review window."},
      {"peers", "Efforts respond to what peers do."},
      {"activities.NAME.later.foreseen", "Efforts respond to the foreseen share of what they bring later."},
      {"learning", "Traits grow or wear down with use."},
      {"stocks", "Stocks fill and drain with what all do, and change what efforts of all are worth."},
      {"workforce.outside", "Who fares better elsewhere leaves, so that policies select."},
      {"activities.NAME.spread", "Access to activities spreads and is lost."},
      {"leavers", "The workforce changes by who leaves and who comes."}},
     "Efforts respond to the coefficients alone."},
    {"Objectives",
     {{"behaviour.best_response|behaviour.honest|behaviour.quantal|behaviour.trial|behaviour.imitation",
       "Utility in pay: what an employee cares for by itself, expected rewards, less the cost of effort (see *Decide* "
       "below)."},
      {"behaviour.fixed", "Those whose efforts are given have no objective."},
      {"behaviour.learning", "Learners go by what plans have paid."}},
     "None."},
    {"Learning",
     {{"behaviour.learning", "Learners do more of what has paid (Roth and Erev 1995)."},
      {"behaviour.imitation", "Imitators copy peers who fared better (Traulsen, Nowak and Pacheco 2006)."},
      {"behaviour.trial", "Some keep small changes that help (Braganza 2022)."},
      {"move.retrain", "Leadership fits rates anew to samples (Perdomo et al. 2020)."},
      {"move.infer", "Leadership infers the gamed share of a metric by a Kalman filter (Kalman 1960)."},
      {"move.commit", "Leadership learns nothing more once it has committed."}},
     "Nobody changes the rule by which it decides."},
    {"Prediction",
     {{"scheme", "Employees plan constant efforts up to the close of each window."},
      {"scheme&noise", "Employees know the distribution of their noise, which they take for Gaussian."},
      {"compares", "Of rivals they expect what these were expected to read in the last closed window."},
      {"activities.NAME.team_value|metrics.NAME.level.team",
       "Of team mates they expect what these did in the last step."},
      {"behaviour.best_response.farsighted", "The farsighted foresee how the target moves."},
      {"activities.NAME.perceived_value",
       "Employees believe `perceived_value` in place of `value`, where it is given."},
      {"activities.NAME.later.foreseen", "Employees foresee a share of what their efforts bring later."},
      {"activities.NAME.setup.paid.once",
       "What they set up they reckon with for `horizon` steps, each as this one; not with leaving, and not with what "
       "will change."},
      {"audits.suspicion",
       "They know what was suspicious in the last step, and expect the same of this one; not that what they read now "
       "is what they will be held against."},
      {"move.commit",
       "Leadership predicts what each contract brings by simulating it with other people and other luck than the "
       "run's."},
      {"scheme&!time.end.known", "They know the calendar, and not when the run ends."},
      {"scheme&time.end.known", "They know the calendar and when the run ends."}},
     "Nothing lies ahead that anybody would have to predict."},
    {"Sensing",
     {{"", "Employees know their own coefficients."},
      {"scheme",
       "They know the terms of the incentives and their readings so far. Incentives see readings and never value."},
      {"peers", "Employees see which activities each peer did visibly."},
      {"behaviour.imitation", "Imitators see the efforts and the utility of one peer a step."},
      {"move.escalate|move.revise.when.metric|move.infer.signals.see.dashboard", "Leadership sees dashboards."},
      {"move.infer.signals.see.bill", "Leadership sees what activities cost."},
      {"move.infer.signals.see.tips", "Leadership is told of the share of hours in gaming."},
      {"move.infer.signals.see.audits", "Leadership sees what of the readings of a sample is gamed, and pays for it."},
      {"move.revise.when.gaming_above", "Leadership gets a tip-off about gaming."},
      {"move.retrain|move.revise.when.sample",
       "Leadership sees the contribution of those in a sample that it pays for."}},
     ""},
    {"Interaction",
     {{"activities.NAME.erosion", "Aversion falls with the share of peers who are seen doing an activity."},
      {"activities.NAME.spread", "Access spreads with that share."},
      {"behaviour.imitation", "Peers are copied."},
      {"activities.NAME.team_value", "Team mates get value from what one does."},
      {"activities.NAME.team_load", "Team mates get load from what one does."},
      {"metrics.NAME.level.team", "A team's reading is shared by its members."},
      {"metrics.NAME.level.organisation", "The organisation's reading is shared by everybody."},
      {"compares", "Employees are compared with each other."}},
     "Employees do not affect each other."},
    {"Stochasticity",
     {{"population.groups.NAME", "Who is in which group is drawn."},
      {"distribution", "Coefficients and traits that have a distribution are drawn for each employee."},
      {"peers&network.small_world|network.random|network.scale_free", "The network of peers is drawn."},
      {"noise", "Readings are noisy."},
      {"audits", "Who is audited is drawn."},
      {"inertia", "Who decides anew in a step is drawn."},
      {"activities.NAME.spread", "Who gains and loses access is drawn."},
      {"leavers", "Who leaves, and who comes, is drawn."},
      {"compares", "Ties between equal ranks are broken by lot."},
      {"behaviour.quantal|behaviour.learning|behaviour.imitation|behaviour.trial",
       "Choices of those who do not maximise are drawn."},
      {"move.revise.chance", "Whether leadership acts is drawn."},
      {"",
       "Every draw is a function of seed, replicate, employee, step and purpose, so that the same replicate has the "
       "same people and the same luck under every policy."}},
     ""},
    {"Collectives",
     {{"teams", "Teams of consecutive employees; what they share stands under interaction."},
      {"population.groups.NAME", "Groups share distributions of traits, and may have a behaviour of their own."}},
     "None."},
    {"Observation",
     {{"", "Means over employees at every recorded step, and over all steps from 0 on."},
      {"population.groups.NAME", "The same by group."},
      {"record.teams", "The same by team."},
      {"record.employees", "Single employees, a sample drawn once."},
      {"", "Observers cannot change a run."}},
     ""},
};

inline const std::vector<When> kInitialisation{
    {"population.groups.NAME", "Groups: sizes by largest remainder of share x size, members drawn at random."},
    {"teams", "Teams: employee i is in team floor(i / team_size)."},
    {"population.traits.NAME|population.groups.NAME.traits.NAME",
     "Traits, in the order of the tables; a trait may be made of those before it."},
    {"", "Every other quantity: the same number for all, or one draw or formula for each employee."},
    {"peers", "The network of peers."},
    {"activities.NAME.spread", "Access: each has it with the probability `initial`."},
    {"", "Nothing has been done and nothing is due."},
};

inline const std::vector<Submodel> kSubmodels{
    {"peers",
     "Perceive",
     "7.1",
     "q_ik = share of i's peers with time_jk x_jk(t - 1) >= visible_k",
     {{"activities.NAME.erosion", "aversion'_ik = aversion_ik (1 - erosion_k q_ik)."}}},
    {"",
     "Decide",
     "7.3",
     "max over x:  U(x) = intrinsic Σ_k (p_k x_k - ½ saturation_k x_k²)\n                   - ½ C (Σ_k time_k x_k - "
     "norm)² - Σ_k aversion_k x_k - ½ Σ_k strain_k x_k² + expected rewards\nsubject to   0 <= x_k <= max_k,   Σ_k "
     "time_k x_k <= budget",
     {{"", "C is `effort.strain`; p_k is the value of a unit as the employee believes it."},
      {"scheme",
       "Expected rewards are those of the incentives in force below, by the mean of the metric up to the close of the "
       "window."},
      {"!scheme", "There are no rewards here."},
      {"activities.NAME.later.time|activities.NAME.team_load",
       "Time that falls due counts in the hours and against the budget."},
      {"activities.NAME.erosion", "Aversion is aversion' of *Perceive*."},
      {"audits.penalty", "A unit of gaming costs audit rate x penalty in expectation."},
      {"audits.fine", "One who games at all is expected to be fined: audit rate x fine, whatever the units."},
      {"audits.suspicion", "That rate is a curve over one's own reading: higher where it is suspicious."},
      {"activities.NAME.setup",
       "An activity with a setup that is not paid is closed, or the setup is paid: its time and its aversion in this "
       "step. The set of setups is chosen that is worth most for this step and horizon - 1 like it."},
      {"effort.interactions", "Pairs of activities cost strain x_k x_l besides."},
      {"effort.crowding", "Intrinsic motivation is divided by 1 + crowding x the stakes that are in reach."},
      {"effort.risk_aversion",
       "Half of risk_aversion x the variance of rewards counts in what is felt, not in the choice."},
      {"effort.solidarity", "A reward on a reading of n people counts 1 + solidarity (n - 1) times."},
      {"effort.discount", "A reward counts discount for each step that it is away."},
      {"activities.NAME.spread", "Who has no access to an activity has x_k = 0."},
      {"behaviour.best_response", "`best_response`: the exact global maximiser of U."},
      {"behaviour.best_response.farsighted",
       "`farsighted`: it weights a linear reward whose target moves by what is lost later (Weitzman 1980)."},
      {"behaviour.honest", "`honest`: the same with gaming activities closed."},
      {"behaviour.fixed", "`fixed`: the efforts that are given, scaled down together where they do not fit."},
      {"behaviour.quantal",
       "`quantal`: a plan of a short menu with probability in proportion to exp(rationality U) (McKelvey and Palfrey "
       "1995)."},
      {"behaviour.learning",
       "`learning`: a plan of a short menu in proportion to its propensity, which pay raises (Roth and Erev 1995)."},
      {"behaviour.imitation",
       "`imitation`: the efforts of one random peer with probability 1 / (1 + exp(-rate (its utility - mine)))."},
      {"behaviour.trial",
       "`trial`: each change of each activity in a random order, kept where U rises (Braganza 2022)."},
      {"inertia", "With the probability `inertia` the last step's efforts are kept instead."}}},
    {"scheme",
     "Reward",
     "7.4",
     "M = mean of the metric over a review window of `every` steps      R(M) = pay for each step of the window",
     {{"scheme.linear", "`linear`: R = rate (M - target)."},
      {"scheme.linear.floor|scheme.linear.cap", "It is held within floor and cap."},
      {"scheme.quota", "`quota`: R = reward where M reaches the target, else minus the penalty."},
      {"scheme.tournament",
       "`tournament`: R = the prize in the top share by rank of M, minus the penalty in the bottom share, ties by "
       "lot."},
      {"scheme.tournament.dismiss", "Its bottom share is dismissed where `dismiss` is true."},
      {"scheme.relative", "`relative`: R = rate (M - mean M of the others in scope)."},
      {"scheme.status", "`status`: R = prize x (share of the others in scope that are behind, ties half)."},
      {"metrics.NAME.better.lower", "Where lower is better all of this is turned round."}}},
    {"",
     "Produce",
     "7.5",
     "value = Σ_k (value_k x_k - ½ saturation_k x_k²)      cost = Σ_k cost_k x_k      hours = Σ_k time_k x_k",
     {{"activities.NAME.later",
       "What `later` brings (time, value or readings) falls due `after` steps later with the same employee, and is "
       "added."},
      {"activities.NAME.team_value",
       "What is given to team mates, Σ_k (team_value_k x_k - ½ saturation x_k²), is shared equally and adds to their "
       "value."},
      {"activities.NAME.team_load",
       "team_load_k x_k is shared equally and takes time of the team mates in the next step."},
      {"audits", "Each employee is audited with the probability `rate`."},
      {"audits.penalty", "One who is caught gaming pays `penalty` for each unit."},
      {"audits.fine", "One who is caught gaming pays `fine`."},
      {"audits.suspicion",
       "Whose reading is suspicious is audited with the probability `suspicion.rate` instead: those who are further "
       "above what they are held against than `above` standard deviations, or the `top` share."},
      {"activities.NAME.setup",
       "The time and the cost of a setup are those of its activity, in the step in which it is paid."},
      {"audits.dismiss", "It is dismissed with the probability `dismiss`."}}},
    {"",
     "Measure",
     "7.6",
     "m_ij = baseline_j + Σ_k (loading_ijk x_k - ½ bend_ijk x_k²) + v_j value_i + c_j contribution_i",
     {{"",
       "v and c are the weights with which a metric reads `value` and `contribution`; its bends are the saturations of "
       "its loadings."},
      {"noise", "An independent draw of the metric's noise is added to each reading."},
      {"metrics.NAME.common", "The share `common` of its variance is the same for everybody in a step."},
      {"metrics.NAME.delay", "Efforts are read `delay` steps later."},
      {"metrics.NAME.level.team", "At the level of a team, the mean of its members counts."},
      {"metrics.NAME.level.organisation", "At the level of the organisation, the mean of all counts."},
      {"dashboard.mean", "The dashboard is the mean individual reading."},
      {"dashboard.share_above",
       "A dashboard `share_above` is the share of employees whose reading is at or above a level."}}},
    {"activities.NAME.spread",
     "Access",
     "7.7",
     "P(gain) = innovation + imitation x (share of peers seen doing it)      P(loss, where not seen doing it) = "
     "abandon",
     {{"", "(Bass 1969.)"},
      {"activities.NAME.spread.trying",
       "P(gain) rises by the rate times the effort in the activity by which one tries. That effort is chosen with a "
       "discounted gain in mind: what a step with access is worth more than one without, for all steps to come, each "
       "expected to be like this one."}}},
    {"learning",
     "Traits",
     "7.7",
     "trait += rate x_k max(0, ceiling - trait)      with a negative rate down to the floor",
     {}},
    {"stocks",
     "Stocks",
     "7.7",
     "level <- max(0, (1 - decay) level + mean over the members of Σ_k adds_k x_k)",
     {{"", "Whoever decides takes the level as given: what one adds oneself is not weighed."}}},
    {"leavers",
     "People",
     "7.7",
     "P(leaves by itself) = attrition",
     {{"workforce.outside",
       "At a look, P(leaves) = chance / (1 + exp((mean utility - outside utility) / scale)), or chance where the mean "
       "is "
       "lower if the scale is 0."},
      {"", "Whoever leaves is replaced as the next step begins, in the same place."},
      {"!workforce.hiring.signal|workforce.hiring.copy", "The newcomer draws its traits and coefficients anew."},
      {"workforce.hiring.signal",
       "The best of the applicants by a signal of a trait is hired, whose correlation with the trait is `validity`."},
      {"workforce.hiring.copy",
       "Newcomers are copied from the best by the dismissing tournament (Smaldino and McElreath 2016)."}}},
    {"moves",
     "Leadership",
     "7.7",
     "",
     {{"move.ratchet", "`ratchet`: at each close target += speed (M - target)."},
      {"move.escalate", "`escalate`: while the dashboard misses the goal, stakes become min(cap, stakes x factor)."},
      {"move.retrain",
       "`retrain`: rates become the least-squares coefficients of a sample's contribution on its readings (Perdomo et "
       "al. 2020)."},
      {"move.revise",
       "`revise`: where all conditions hold, another phase begins in the next step with the probability `chance`."},
      {"move.infer",
       "`infer`: the gamed share of the metric drifts as a random walk; each signal is none + (all - none) x share + "
       "noise; the scalar Kalman filter gives its mean and variance. Where the probability that it is above `above` "
       "is at least `sure`, another phase begins in the next step."},
      {"move.commit",
       "`commit`: before step 0 every contract (a value of each lever) is simulated on the same `rehearsals` "
       "replicates, "
       "drawn from another seed; the one with the best mean of `best_by` is kept."}}},
    {"",
     "What the organisation gets",
     "7.8",
     "net value = value_price x value - cost      surplus = net value - pay x (burden of effort)",
     {{"metrics.NAME.cost", "Net value is less the cost of measuring those metrics that are read."},
      {"audits.cost", "Net value is less the cost of audits."},
      {"leavers&workforce.cost", "Net value is less the cost of hires."}}},
    {"phases",
     "Phases",
     "7.10",
     "",
     {{"", "A phase begins at its step and ends where the next begins."},
      {"move.revise", "A phase without a step begins where leadership revises the policy."}}},
    {"override",
     "Overrides",
     "7.10",
     "",
     {{"",
       "An override gives coefficients other values while it is in force; a new value is drawn with the luck of the "
       "one that "
       "it replaces."}}},
};

}  // namespace goodhart::odd
