/// Studies: what is to be run, run, kept in journals, and put together.
#include "study_execution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "goodhart/io/provenance.hpp"
#include "goodhart/io/study_reader.hpp"
#include "goodhart/io/study_writer.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/study.hpp"
#include "goodhart/report/study_page.hpp"
#include "goodhart/scenario/read.hpp"
#include "interrupt.hpp"
#include "kept_runs.hpp"
#include "needs.hpp"
#include "progress.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTimed = 4;  // units by which a dry run tells the time
constexpr std::size_t kMostTold = 10;

const char* name_of(Study::Verb verb) {
  return verb == Study::Verb::sweep ? "sweep" : "sensitivity";
}

// ---- Shards ----

std::optional<int> whole(const std::string& text) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  return std::stoi(text);
}

/// A whole number that a job scheduler has put into the environment.
std::optional<int> from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? whole(value) : std::nullopt;
}

/// The shard of a Slurm array job's task, or of a step's task.
Shard slurm_shard() {
  if (const auto id = from_environment("SLURM_ARRAY_TASK_ID")) {
    const int first = from_environment("SLURM_ARRAY_TASK_MIN").value_or(0);
    const int step = std::max(1, from_environment("SLURM_ARRAY_TASK_STEP").value_or(1));
    if (const auto count = from_environment("SLURM_ARRAY_TASK_COUNT")) return {(*id - first) / step + 1, *count};
  }
  const auto rank = from_environment("SLURM_PROCID"), count = from_environment("SLURM_NTASKS");
  if (rank && count) return {*rank + 1, *count};
  throw UserError(
      "--shard slurm: this is no task of an array job: neither SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT nor "
      "SLURM_PROCID and SLURM_NTASKS are set; write --shard I/N, as in --shard 3/8");
}

Shard shard_of(const std::string& text) {
  if (text.empty()) return {};
  const Shard shard = [&] {
    if (text == "slurm") return slurm_shard();
    const std::size_t slash = text.find('/');
    const auto index = whole(text.substr(0, slash));
    const auto of = slash == text.npos ? std::nullopt : whole(text.substr(slash + 1));
    if (!index || !of) throw UserError("--shard " + text + ": must be I/N, as in --shard 3/8, or slurm");
    return Shard{*index, *of};
  }();
  if (shard.index < 1 || shard.index > shard.of) {
    throw UserError(fmt::format("--shard {}: there are shards 1 to {} of {}", text, shard.of, shard.of));
  }
  return shard;
}

// ---- What is to be run ----

Exit dry_run(const Study& study, const fs::path& results, int threads, TaskPool& pool) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::size_t steps = 0, all_steps = 0, timed = 0;
  const auto steps_of = [&](const Block& block) { return work_of(study, {block}).steps_total; };
  TaskPool alone(1);
  for (std::size_t i = 0; i < kTimed; ++i) {
    const std::size_t point = i * (study.points() - 1) / (kTimed - 1);
    const Block block{static_cast<std::uint32_t>(point), study.first_replicate(point), 1};
    run_arms(
        1, Progress{}, alone, [&](std::size_t) { return study.arm(block); },
        [&](std::size_t, const Arm&, const std::vector<RunRecord>&) {}, [](const Progress&) { return true; });
    steps += steps_of(block);
    ++timed;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  for (std::size_t b = 0; b < study.blocks(); ++b) all_steps += steps_of(study.block(b));
  const double size = 8.0 * static_cast<double>(study.units() * study.scenario().policies.size()) *
                      static_cast<double>(study.width() + 1);
  fmt::print("{} points, {} policies, {} replicates a point: {} runs\n", with_commas(study.points()),
             study.scenario().policies.size(), study.replicates_of_point(), with_commas(study.runs()));
  fmt::print("about {} with {} thread{}, going by {} of its units\n",
             duration_text(seconds * static_cast<double>(all_steps) /
                           static_cast<double>(std::max<std::size_t>(steps, 1)) / pool.threads()),
             threads, threads == 1 ? "" : "s", timed);
  fmt::print("{} will have about {:.2g} MB\n", harmless_line(results.string()), size / 1e6);
  return Exit::done;
}

/// Which units the journals have, by number.
std::vector<bool> done_in(const StudyFolder& folder, const UnitTable& table) {
  std::vector<bool> done(table.units(), false);
  folder.scan(table, folder.journals(),
              [&](const Unit& unit, std::size_t, std::size_t) { done[*table.number(unit)] = true; });
  return done;
}

}  // namespace

// ---- Options ----

std::vector<CommandOption> StudyPrint::options() {
  return {{"--json", "", "Print what was found as JSON", Flag{&json}},
          {"--csv", "", "Print what was found as a table", Flag{&csv}},
          {"--html", "FILE", "Write a page to read and send on, too", OneText{&html}}};
}

std::vector<Output> StudyPrint::page() const {
  if (html.empty()) return {};
  return {{.what = "the page", .name = html, .kind = Output::Kind::page}};
}

void StudyPrint::write_page(const std::function<std::string()>& page_of, bool quiet) const {
  if (html.empty()) return;
  write_text_file(html, page_of());
  if (!quiet) say("the page is in {}\n", harmless_line(html));
}

void StudyPrint::tell(const Forms& forms, bool quiet) const {
  write_page(forms.page, quiet);
  fmt::print("{}", json ? forms.json() : csv ? forms.csv() : forms.text());
}

void StudyPrint::check() const {
  if (json && csv) throw UserError("--json and --csv cannot both be printed; choose one");
}

std::vector<CommandOption> StudyOptions::options() {
  std::vector<CommandOption> list{
      {"SCENARIO", "", "A scenario file, or a name that goodhart list knows; - is standard input", OneText{&scenario},
       "", true},
      {"-o,--output", "FILE", "Results file, instead of results/SCENARIO-VERB.h5", OneText{&execution.output}}};
  for (CommandOption& option : execution.edits.options()) list.push_back(std::move(option));
  list.push_back(execution.threads_option());
  for (CommandOption& option : std::vector<CommandOption>{
           {"--dry-run", "", "Say how many points and runs there are, and about how long they take", Flag{&dry_run}},
           {"--shard", "I/N", "Do part I of N only, as on a cluster; slurm takes it from an array job",
            OneText{&shard}},
           {"--budget", "RUNS", "Stop after so many runs; the same command goes on from there",
            WholeNumber{&budget, 1, 1'000'000'000}},
           execution.force_option(),
           execution.fresh_option()}) {
    list.push_back(std::move(option));
  }
  for (CommandOption& option : print.options()) list.push_back(std::move(option));
  list.push_back(execution.quiet_option());
  return list;
}

CommandOption StudyOptions::from_option() {
  return {"--from", "FILE", "Take over what the file of another sweep of the same scenario has", OneText{&from}};
}

// ---- Running ----

fs::path study_file(const std::string& study, const std::string& scenario, const std::string& output) {
  if (!output.empty()) return output;
  const fs::path stem = scenario == kStandardInput ? fs::path("stdin") : fs::path(scenario).stem();
  return fs::path("results") / (stem.string() + "-" + study + ".h5");
}

std::variant<PreparedStudy, Exit> prepare_study(Study::Verb verb, const StudyOptions& options, bool says) {
  if (options.execution.quiet) be_quiet();
  options.print.check();
  std::vector<ScenarioFile> files = open_scenarios({options.scenario}, options.execution.edits, verb);
  if (const Exit found = says ? report_findings(files) : status_of(files); found != Exit::done) return found;
  ScenarioFile& file = files.front();
  Study study = [&] {
    try {
      return Study(verb, *file.scenario);
    } catch (const UserError& error) {  // what only the points themselves show
      std::vector<Diagnostic> found = error.diagnostics();
      for (Diagnostic& diagnostic : found) diagnostic.place.source = file.name;
      throw UserError(found);
    }
  }();
  fs::path results =
      study_file(options.name.empty() ? name_of(verb) : options.name, file.name, options.execution.output);
  std::vector<Output> outputs = options.print.page();
  outputs.push_back(
      {.what = "the results of " + file.name, .name = results, .makes_folder = options.execution.output.empty()});
  if (says) prepare_outputs(outputs, files, {});
  if (says && !options.dry_run) {
    check_needs_of_study(study, file.name, results, parts_of(results), shard_of(options.shard),
                         options.execution.force);
  }
  return PreparedStudy{std::move(file), std::move(study), std::move(results)};
}

std::vector<Block> blocks_left(const StudyFolder& folder, const Study& study, Shard shard, bool quiet) {
  const std::vector<bool> done = done_in(folder, UnitTable(study));
  const auto found = static_cast<std::size_t>(std::count(done.begin(), done.end(), true));
  if (found > 0 && !quiet) {
    say("{}: going on with {} of {} units done\n", harmless_line(folder.path().string()), with_commas(found),
        with_commas(study.units()));
  }
  return pending_blocks(study, shard, done);
}

void say_budget_is_spent(const StudyFolder& folder) {
  say("{}: the budget is spent; the same command goes on from here\n", harmless_line(folder.path().string()));
}

namespace {

/// The sweep of a file, of which another takes over what it has. Throws UserError where that is of another scenario.
Study former_sweep(const std::string& name, const StudyPlan& plan) {
  const StudySource source = read_study_source(name);
  if (source.verb != Study::Verb::sweep)
    throw UserError(name + ": is of a sensitivity; --from takes the file of a sweep");
  StudyPlan begun = plan;
  begun.work = StudyPlan::work_of(source.verb);
  begun.scenario_resolved = source.scenario_resolved;
  begun.program = source.program;
  begun.arithmetic = source.arithmetic;
  demand_same_study(name + ": was made with", begun, plan, ", so nothing of it can be taken over");
  const CheckedScenario checked = read_scenario(parse_yaml(source.scenario_resolved, "the scenario in " + name));
  if (!checked.sound()) throw UserError(checked.diagnostics);
  return {source.verb, *checked.scenario};
}

/// Puts into the folder what a former sweep has of this one and what is not there yet, as a journal of its own.
void take_over(StudyFolder& folder, const Study& study, Shard shard, const StudyOptions& options, const Study& former) {
  const UnitTable table(study);
  const bool begins = folder.journals().empty();
  std::vector<bool> done = done_in(folder, table);
  StudyFolder::Writer writer = folder.write(table, fmt::format("taken-over-{}-of-{}", shard.index, shard.of));
  std::size_t taken = 0;
  try {
    read_study_units(options.from, former, [&](const Unit& unit) {
      const std::optional<std::size_t> number = table.number(unit);
      if (!number || done[*number]) return;
      done[*number] = true;
      writer.append({unit});
      ++taken;
    });
  } catch (const UserError&) {  // the file is damaged: nothing that came from it stays
    if (begins) folder.remove();
    throw;
  }
  writer.sync();
  if (!options.execution.quiet) {
    say("{}: {} units taken over from {}\n", harmless_line(folder.path().string()), with_commas(taken),
        harmless_line(options.from));
  }
}

}  // namespace

Exit run_study(Study::Verb verb, const StudyOptions& options) {
  const Shard shard = shard_of(options.shard);
  const std::variant<PreparedStudy, Exit> ready = prepare_study(verb, options);
  if (const Exit* status = std::get_if<Exit>(&ready)) return *status;
  const PreparedStudy& prepared = std::get<PreparedStudy>(ready);
  const Study& study = prepared.study;

  const StudyPlan plan = plan_of(StudyPlan::work_of(verb), prepared.file, options.execution);
  if (options.dry_run) {
    TaskPool pool(options.execution.cores());
    return dry_run(study, prepared.results, options.execution.cores(), pool);
  }
  // Before there are threads: a file is read by a process of its own, which would copy the locks that they hold.
  std::optional<Study> former;
  if (!options.from.empty()) former.emplace(former_sweep(options.from, plan));
  StudyFolder folder(parts_of(prepared.results), plan, options.execution.fresh);
  if (former) take_over(folder, study, shard, options, *former);
  TaskPool pool(options.execution.cores());
  options.execution.say_if_fewer(pool);

  StudyFolder::Writer writer = folder.write(study, shard);
  say_when_ended(kept_sentence(folder.path(), options.execution.fresh));
  std::vector<Block> blocks = blocks_left(folder, study, shard, options.execution.quiet);
  const bool spent = cut_to_budget(blocks, study, options.budget);

  ProgressLine progress(prepared.file.name, options.execution.quiet);
  run_arms(
      blocks.size(), work_of(study, blocks), pool, [&](std::size_t b) { return study.arm(blocks[b]); },
      [&](std::size_t b, const Arm& arm, const std::vector<RunRecord>& records) {
        writer.append(study.units_of(blocks[b], arm, records));
      },
      [&](const Progress& state) {
        progress.show(state);
        return true;
      });
  writer.sync();
  progress.clear();
  if (spent) {
    say_budget_is_spent(folder);
    return Exit::done;
  }
  if (shard.of > 1) {
    if (!options.execution.quiet) {
      say("{}: shard {}/{} is done; when all are, goodhart merge {} puts them together\n",
          harmless_line(folder.path().string()), shard.index, shard.of, harmless_line(folder.path().string()));
    }
    return Exit::done;
  }
  return merge_study(folder, study, prepared.results, false, options.print, options.execution.quiet);
}

// ---- Putting together ----

Scenario scenario_of(const StudyFolder& folder) {
  CheckedScenario checked =
      read_scenario(parse_yaml(folder.plan().scenario_resolved, (folder.path() / "plan.json").string()));
  if (!checked.sound()) throw UserError(checked.diagnostics);
  return std::move(*checked.scenario);
}

Study study_of(const StudyFolder& folder) {
  if (const auto verb = folder.plan().verb()) return {*verb, scenario_of(folder)};
  throw UserError(folder.path().string() + ": is what an interrupted " + StudyPlan::name_of(folder.plan().work) +
                  " has done, not a study; the command that began it goes on with it");
}

Exit merge_study(StudyFolder& folder, const Study& study, const fs::path& results, bool partial,
                 const StudyPrint& print, bool quiet) {
  if (folder.plan().program != program_text()) {
    throw UserError(folder.path().string() + ": was run by another program, which must put it together, too");
  }
  const UnitIndex units(folder, study);
  const std::size_t missing = study.units() - units.done();
  if (missing > 0 && !partial) {
    throw UserError(fmt::format(
        "{}: {} of {} units are missing; run what is left (goodhart status says which shards there are), or "
        "merge --partial",
        folder.path().string(), with_commas(missing), with_commas(study.units())));
  }
  if (missing > 0 && study.verb() == Study::Verb::sensitivity) {
    throw UserError(folder.path().string() + ": a sensitivity needs all of its units; --partial is for sweeps");
  }
  const ReadUnit read = [&](std::size_t point, std::size_t replicate) { return units.read(point, replicate); };

  StudyReport report;
  report.scenario = folder.plan().name;
  report.results = results.string();
  report.runs = study.runs();
  report.missing = missing;
  std::string failures;
  for (std::size_t point = 0; point < study.points(); ++point) {
    for (std::size_t r = 0; r < study.replicates_of_point(); ++r) {
      const std::optional<Unit> unit = read(point, r);
      if (!unit) continue;
      const auto failed =
          static_cast<std::size_t>(std::count(unit->status.begin(), unit->status.end(), RunStatus::failed));
      report.failed += failed;
      if (failed == 0) continue;
      const std::string line = fmt::format("point {}, replicate {}: {}", point, r, unit->message);
      failures += line + "\n";
      if (report.failures.size() < kMostTold) report.failures.push_back(line);
    }
  }

  std::vector<TableFolder> tables;
  SensitivityFindings findings;
  if (study.verb() == Study::Verb::sensitivity) {
    findings = sensitivity_of(study, read);
    tables.push_back(sensitivity_tables(findings));
  }
  report.digest = write_study(results, study, read, attributes_of(study.scenario()),
                              {{"scenario", folder.plan().scenario},
                               {"scenario_resolved", folder.plan().scenario_resolved},
                               {"overrides", folder.plan().overrides},
                               {"program", folder.plan().program},
                               {"generator", folder.plan().generator},
                               {"arithmetic", folder.plan().arithmetic},
                               {"failures", failures}},
                              tables);
  if (missing == 0) {
    folder.remove();
    say_when_ended("");
  }
  if (!quiet) say("the results are in {}\n", harmless_line(results.string()));

  if (print.instead) {
    print.instead(results);
    return report.failed > 0 ? Exit::runs_failed : Exit::done;
  }
  if (study.verb() == Study::Verb::sensitivity) {
    print.tell({.text = [&] { return to_text(report, study, findings); },
                .json = [&] { return to_json(report, study, findings); },
                .csv = [&] { return to_csv(findings); },
                .page = [&] { return to_html(report, study, findings); }},
               quiet);
  } else {
    print.write_page(
        [&] { return to_html(report, study, ranges_of(study, read), curves_of(study, read), map_of(study, read)); },
        quiet);
    if (print.csv) {  // line by line, for there may be millions
      fmt::print("{}", csv_head(study));
      for_each_row(study, read, [&](const SweepRow& row) { fmt::print("{}", csv_line(study, row)); });
    } else {
      const std::vector<SweepRange> ranges = ranges_of(study, read);
      fmt::print("{}", print.json ? to_json(report, study, ranges) : to_text(report, study, ranges));
    }
  }
  return report.failed > 0 ? Exit::runs_failed : Exit::done;
}

}  // namespace goodhart
