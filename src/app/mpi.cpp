/// The program `goodhart-mpi`: a sweep or a sensitivity by many processes, to which one hands out work as they ask for
/// it.
///
/// Every process (rank) reads the same command line and scenario, and so knows the same study. Rank 0 opens the folder
/// and hands out blocks of units: its main thread answers whoever asks, while another thread works as the other ranks
/// do. So none is idle as long as there are blocks. Each rank appends to a journal of its own; in the end rank 0 puts
/// them together. Only numbers of blocks go from rank to rank: what is lost with a rank is what it was at.
#include <fmt/format.h>
#include <mpi.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "goodhart/io/provenance.hpp"
#include "goodhart/study/blocks.hpp"
#include "guarded.hpp"
#include "interrupt.hpp"
#include "kept_runs.hpp"
#include "progress.hpp"
#include "streams.hpp"
#include "study_execution.hpp"

namespace goodhart {
namespace {

constexpr int kLeader = 0;
constexpr int kAsk = 1, kAnswer = 2;                   // tags of messages
constexpr auto kPause = std::chrono::milliseconds(1);  // between looks for messages

/// All processes that were started together.
class Crew {
 public:
  Crew() {
    int given = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool leads() const { return rank_ == kLeader; }

  /// The leader says whether there is something to do; the others wait for it. Called once.
  bool begins(bool something) {
    int said = something ? 1 : 0;
    MPI_Bcast(&said, 1, MPI_INT, kLeader, MPI_COMM_WORLD);
    begun_ = true;
    return said == 1;
  }
  bool has_begun() const { return begun_; }

  /// The next block for this rank, which is not the leader; nothing where none is left.
  static std::optional<Block> ask() {
    MPI_Send(nullptr, 0, MPI_UINT32_T, kLeader, kAsk, MPI_COMM_WORLD);
    std::uint32_t numbers[3] = {};
    MPI_Recv(numbers, 3, MPI_UINT32_T, kLeader, kAnswer, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (numbers[2] == 0) return std::nullopt;
    return Block{numbers[0], numbers[1], numbers[2]};
  }
  /// Answers one rank that asks, if one does. Says whether it was sent away with nothing; nothing where nobody asked.
  template <typename Take>
  static std::optional<bool> answer(const Take& take) {
    int asked = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, kAsk, MPI_COMM_WORLD, &asked, &status);
    if (asked == 0) return std::nullopt;
    MPI_Recv(nullptr, 0, MPI_UINT32_T, status.MPI_SOURCE, kAsk, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    const std::optional<Block> block = take();
    const std::uint32_t numbers[3] = {block ? block->point : 0, block ? block->first : 0, block ? block->count : 0};
    MPI_Send(numbers, 3, MPI_UINT32_T, status.MPI_SOURCE, kAnswer, MPI_COMM_WORLD);
    return !block;
  }

  /// Until all have come here.
  static void wait() { MPI_Barrier(MPI_COMM_WORLD); }

  /// Ends this process and, where it does not end well, all others.
  int end(Exit status) {
    if (leads() && !begun_) begins(false);
    if (status != Exit::done && status != Exit::runs_failed && begun_something_) {
      MPI_Abort(MPI_COMM_WORLD, static_cast<int>(status));
    }
    MPI_Finalize();
    return static_cast<int>(status);
  }
  void works() { begun_something_ = true; }

 private:
  int rank_ = 0, size_ = 1;
  bool begun_ = false, begun_something_ = false;
};

/// Runs blocks until there are none, and keeps what comes of them.
template <typename Next>
void work(const Study& study, StudyFolder::Writer& writer, int threads, const Next& next) {
  TaskPool pool(threads);
  while (const std::optional<Block> block = next()) {
    run_arms(
        1, Progress{}, pool, [&](std::size_t) { return study.arm(*block); },
        [&](std::size_t, const Arm& arm, const std::vector<RunRecord>& records) {
          writer.append(study.units_of(*block, arm, records));
        },
        [](const Progress&) { return true; });
  }
  writer.sync();
}

/// The leader's part: hands out blocks until all are taken and nobody asks any more.
void lead(const Crew& crew, const Study& study, StudyFolder::Writer& writer, int threads, BlockQueue& blocks,
          ProgressLine& progress) {
  auto own = std::async(std::launch::async, [&] { work(study, writer, threads, [&] { return blocks.take(); }); });
  bool works = true;
  for (int others = crew.size() - 1; works || others > 0;) {
    const std::optional<bool> sent_away = Crew::answer([&] { return blocks.take(); });
    if (sent_away) {
      others -= *sent_away ? 1 : 0;
      continue;
    }
    if (works && own.wait_for(kPause) == std::future_status::ready) {
      own.get();  // what went wrong there goes wrong here
      works = false;
    } else if (!works) {
      std::this_thread::sleep_for(kPause);
    }
    progress.show(blocks.state());
  }
}

Exit run_study_together(Study::Verb verb, const StudyOptions& options, Crew& crew) {
  const auto ready = prepare_study(verb, options, crew.leads());
  if (const Exit* status = std::get_if<Exit>(&ready)) return *status;
  const PreparedStudy& prepared = std::get<PreparedStudy>(ready);
  const Study& study = prepared.study;
  const StudyPlan plan = plan_of(StudyPlan::work_of(verb), prepared.file, options.execution);
  const std::filesystem::path parts = parts_of(prepared.results);
  const int threads = options.execution.threads ? static_cast<int>(*options.execution.threads) : 1;
  const std::string journal = fmt::format("rank-{}-of-{}", crew.rank() + 1, crew.size());

  if (!crew.leads()) {
    crew.works();
    StudyFolder folder(parts, plan, false);
    StudyFolder::Writer writer = folder.write(study, journal);
    work(study, writer, threads, Crew::ask);
    Crew::wait();
    return Exit::done;
  }
  StudyFolder folder(parts, plan, options.execution.fresh);
  StudyFolder::Writer writer = folder.write(study, journal);
  say_when_ended(kept_sentence(parts, options.execution.fresh));
  std::vector<Block> left = blocks_left(folder, study, Shard{}, options.execution.quiet);
  const bool spent = cut_to_budget(left, study, options.budget);
  BlockQueue blocks(study, std::move(left));
  crew.works();
  crew.begins(true);
  ProgressLine progress(prepared.file.name, options.execution.quiet);
  lead(crew, study, writer, threads, blocks, progress);
  Crew::wait();
  progress.clear();
  if (spent) {
    say_budget_is_spent(folder);
    return Exit::done;
  }
  return merge_study(folder, study, prepared.results, false, options.print, options.execution.quiet);
}

Command command(Study::Verb verb, const std::string& name, const std::string& purpose, Crew& crew) {
  const auto options = std::make_shared<StudyOptions>();
  std::vector<CommandOption> list = options->options();
  std::erase_if(list,
                [](const CommandOption& option) { return option.name == "--shard" || option.name == "--dry-run"; });
  for (CommandOption& option : list) {
    if (option.name == "--threads") option.standard = "1 for each process";
  }
  return {
      .name = name,
      .purpose = purpose,
      .options = std::move(list),
      .notes = "As goodhart " + name + ", by all processes that mpirun or srun starts. The results are the same bytes.",
      .act = [=, &crew] { return run_study_together(verb, *options, crew); }};
}

Program described(Crew& crew) {
  return {.name = "goodhart-mpi",
          .purpose = "Studies by many processes, to which one hands out work as they ask for it.",
          .version = program_text(),
          .notes =
              "Examples:\n"
              "  mpirun -n 64 goodhart-mpi sweep scenario.yaml\n"
              "  srun goodhart-mpi sensitivity scenario.yaml",
          .commands = {command(Study::Verb::sweep, "sweep",
                               "Run every point of a scenario's grids and ranges under every policy", crew),
                       command(Study::Verb::sensitivity, "sensitivity",
                               "Say which uncertain numbers drive each policy's outcome and gain", crew)}};
}

}  // namespace
}  // namespace goodhart

int main(int argc, char** argv) {
  using namespace goodhart;
  open_closed_streams();
  Crew crew;
  catch_signals();
  // The leader looks at everything first, so that what is wrong is said once.
  if (!crew.leads() && !crew.begins(false)) return crew.end(Exit::done);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return crew.end(run_guarded([&] { return read_command_line(described(crew), words)(); }));
}
