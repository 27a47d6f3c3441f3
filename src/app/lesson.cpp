/// `goodhart lesson`: asks for a prediction, runs, and shows what came out beside it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "execution.hpp"
#include "goodhart/core/errors.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"
#include "goodhart/report/lesson.hpp"
#include "pictures.hpp"
#include "progress.hpp"
#include "score.hpp"
#include "streams.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string lesson;
  std::vector<std::string> answers;
  bool no_score = false;
  ExecutionOptions execution;
  Pictures pictures;
};

/// A lesson of the catalogue.
struct Entry {
  int number = 0;
  std::string title;
  std::string file;
};

/// The lessons of the catalogue by their numbers; what is no YAML is left out.
std::vector<Entry> lessons() {
  const auto folder = catalogue_folder();
  if (!folder) {
    throw UserError(
        "there is no folder scenarios here, and none was installed; name a file that has a lesson, as in "
        "'goodhart lesson my/lesson.yaml'");
  }
  std::vector<Entry> found;
  for (const auto& file : fs::directory_iterator(*folder)) {
    if (!file.is_regular_file() || file.path().extension() != ".yaml") continue;
    Node document;
    try {
      document = read_yaml_file(file.path());
    } catch (const UserError&) {
      continue;
    } catch (const MachineError&) {
      continue;
    }
    const Node* number = find_path(document, "lesson.number");
    const std::optional<double> value = number ? as_number(*number) : std::nullopt;
    if (!value) continue;
    const Node* title = document.find("title");
    found.push_back({static_cast<int>(*value), title ? title->text : "", file.path().string()});
  }
  std::sort(found.begin(), found.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.number, a.file) < std::tie(b.number, b.file); });
  return found;
}

Exit list_lessons() {
  const std::vector<Entry> all = lessons();
  if (all.empty()) throw UserError("the folder scenarios holds no lessons; name a file that has one");
  const auto file = score_file();
  const Scores scores = file ? read_scores(*file) : Scores{};
  std::size_t widest = 0;
  for (const Entry& entry : all) widest = std::max(widest, columns_of(entry.title));
  for (const Entry& entry : all) {
    const auto score = scores.find(entry.title);
    const std::string gap(widest - columns_of(entry.title) + 2, ' ');
    const std::string done =
        score == scores.end() ? "" : fmt::format("{}best {} of {}", gap, score->second.best, score->second.questions);
    fmt::print("{}  {}{}\n", entry.number, harmless_line(entry.title), done);
  }
  fmt::print("\nBegin with: goodhart lesson {}\n", all.front().number);
  return Exit::done;
}

/// The file of the lesson of that number, or what else was named.
std::string file_of(const std::string& lesson) {
  if (lesson.find_first_not_of("0123456789") != lesson.npos) return lesson;
  std::vector<std::string> numbers;
  for (const Entry& entry : lessons()) {
    numbers.push_back(std::to_string(entry.number));
    if (numbers.back() == lesson) return entry.file;
  }
  throw UserError("there is no lesson " + lesson + (numbers.empty() ? "" : "; there are " + listed(numbers, "and")));
}

/// What to write where nobody can be asked.
std::string ready_command(const std::string& lesson, const Lesson& told) {
  std::string command = "goodhart lesson " + lesson;
  for (const LessonQuestion& question : told.questions) {
    std::string example = question.kind == "direction" ? "up" : question.kind == "number" ? "10" : "";
    if (question.kind == "order") {
      const std::size_t count = question.groups.empty() ? question.policies.size() : question.groups.size();
      for (std::size_t i = 0; i < count; ++i) example += static_cast<char>('a' + i);
    }
    command += " --answer " + example;
  }
  return command;
}

/// A line of standard input without its end; nothing at the end of it.
std::optional<std::string> read_line() {
  char buffer[1024];
  if (!std::fgets(buffer, sizeof buffer, stdin)) return std::nullopt;
  std::string line = buffer;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return line;
}

/// Asks a question until the answer can be understood.
Prediction asked(const Scenario& scenario, std::size_t number, const std::string& lesson) {
  const Lesson& told = *scenario.lesson;
  fmt::print("\n{}", lesson_question(scenario, number));
  while (true) {
    if (::isatty(STDIN_FILENO) == 1) fmt::print("   > ");
    std::fflush(stdout);
    const auto line = read_line();
    if (!line) {
      throw UserError(fmt::format(
          "lesson {} asks {} question{}, and standard input has ended; answer on the terminal, or as in: {}", lesson,
          told.questions.size(), told.questions.size() == 1 ? "" : "s", ready_command(lesson, told)));
    }
    const auto read = read_prediction(told.questions[number - 1], *line);
    if (const auto* prediction = std::get_if<Prediction>(&read)) return *prediction;
    fmt::print("   Please {}.\n", harmless_line(std::get<std::string>(read)));
  }
}

/// The predictions that the command line gives, or that are asked for.
std::vector<Prediction> predictions(const Scenario& scenario, const Options& options) {
  const std::vector<LessonQuestion>& questions = scenario.lesson->questions;
  std::vector<Prediction> expected;
  if (options.answers.empty()) {
    for (std::size_t q = 1; q <= questions.size(); ++q) expected.push_back(asked(scenario, q, options.lesson));
    return expected;
  }
  if (options.answers.size() != questions.size()) {
    throw UserError(fmt::format("--answer: the lesson asks {} question{}, and there {} {} answer{}", questions.size(),
                                questions.size() == 1 ? "" : "s", options.answers.size() == 1 ? "is" : "are",
                                options.answers.size(), options.answers.size() == 1 ? "" : "s"));
  }
  for (std::size_t q = 0; q < questions.size(); ++q) {
    const auto read = read_prediction(questions[q], options.answers[q]);
    if (const auto* wrong = std::get_if<std::string>(&read))
      throw UserError(fmt::format("--answer {}: to question {} {}", options.answers[q], q + 1, *wrong));
    expected.push_back(std::get<Prediction>(read));
  }
  return expected;
}

/// Keeps the score, or says why not; that stops nothing.
void keep_score(const std::string& title, int right, int questions) {
  const auto file = score_file();
  const std::string why =
      file ? add_score(*file, title, right, questions) : "neither XDG_STATE_HOME nor HOME names a folder";
  if (!why.empty()) note("note: the score is not kept: {}\n", harmless_line(why));
}

Exit lesson(const Options& options) {
  if (options.execution.quiet) be_quiet();
  if (options.lesson.empty()) {
    if (!options.answers.empty()) throw UserError("--answer: name the lesson that it answers, as in goodhart lesson 1");
    return list_lessons();
  }
  const std::vector<ScenarioFile> files = open_scenarios({file_of(options.lesson)}, {});
  if (const Exit found = report_findings(files); found != Exit::done) return found;
  const ScenarioFile& file = files.front();
  const Scenario& scenario = *file.scenario;
  if (!scenario.lesson) throw UserError(file.name + ": has no lesson; 'goodhart lesson' lists those that there are");

  fmt::print("{}", lesson_opening(scenario));
  const std::vector<Prediction> expected = predictions(scenario, options);

  TaskPool pool(options.execution.cores());
  options.execution.say_if_fewer(pool);
  ProgressLine progress(file.name, options.execution.quiet);
  const auto run = run_lesson(scenario, pool, [&](const Progress& state) {
    progress.show(state);
    return true;
  });
  progress.clear();
  if (!run) return Exit::interrupted;

  int right = 0;
  const int questions = static_cast<int>(expected.size());
  fmt::print("\nWhat happened ({} replicates)\n", scenario.replicates);
  for (std::size_t q = 0; q < expected.size(); ++q) {
    const LessonQuestion& question = scenario.lesson->questions[q];
    if (foretold(question, measured(question, scenario, *run), expected[q])) ++right;
    fmt::print("\n{}", lesson_result(scenario, q + 1, expected[q], *run, options.pictures.signs()));
  }
  fmt::print("\n{} of {} foretold.\n\n{}", right, questions, lesson_next(scenario, file.name));
  if (run->failed > 0) {
    say("{}: {} runs failed, and the score is not kept; goodhart run says why\n", harmless_line(file.name),
        run->failed);
    return Exit::runs_failed;
  }
  if (!options.no_score) keep_score(scenario.title, right, questions);
  return Exit::done;
}

}  // namespace

Command lesson_command() {
  const auto options = std::make_shared<Options>();
  return {.name = "lesson",
          .purpose = "Predict, run, compare: lessons with questions",
          .options = {{"LESSON", "", "A lesson's number, or a scenario file that has a lesson",
                       OneText{&options->lesson}, "list the lessons, with the best scores"},
                      {"--answer", "TEXT", "Answer a question, in order, in place of asking; once for each question",
                       Texts{&options->answers, false}},
                      {"--no-score", "", "Do not keep the score", Flag{&options->no_score}},
                      options->pictures.option(),
                      options->execution.threads_option(),
                      options->execution.quiet_option()},
          .notes =
              "A lesson tells a story, asks what you expect, runs the scenario, and shows the result beside your\n"
              "answers. The answers are computed each time; no file holds them. Scores stay on this machine, in\n"
              "$XDG_STATE_HOME/goodhart/lessons.json, by default under ~/.local/state.\n\n"
              "Exit status: 0, whatever you answered; 1 the machine refused; 2 wrong usage or scenario, or no more\n"
              "input to read answers from; 3 some runs failed; 130 interrupted; 70 a bug of ours.\n\n"
              "Examples:\n"
              "  goodhart lesson\n"
              "  goodhart lesson 1\n"
              "  goodhart lesson 4 --answer abdc --answer 1.1 --answer ba --no-score",
          .act = [options] { return lesson(*options); }};
}

}  // namespace goodhart
