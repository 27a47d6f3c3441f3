/// Plans and journals of studies.
#include "goodhart/io/study_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <boost/crc.hpp>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "goodhart/core/errors.hpp"
#include "goodhart/io/text_file.hpp"
#include "goodhart/io/yaml.hpp"
#include "sha256.hpp"

namespace goodhart {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "journals are little-endian");

constexpr char kMagic[8] = {'g', 'o', 'o', 'd', 'h', 'u', 'n', '1'};
constexpr std::size_t kHeader = 16, kMessage = 256;
constexpr std::size_t kRecent = 256;  ///< units by which the pace of a journal is told

std::string reason(int error) {
  return std::strerror(error);
}

/// A file descriptor that closes itself.
class File {
 public:
  File(const fs::path& name, int flags) : name_(name.string()), id_(::open(name.c_str(), flags | O_CLOEXEC, 0666)) {
    if (id_ < 0) throw MachineError(name_ + ": cannot open: " + reason(errno));
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(id_); }

  int id() const { return id_; }
  const std::string& name() const { return name_; }
  std::size_t size() const {
    struct stat state {};
    if (::fstat(id_, &state) != 0) throw MachineError(name_ + ": cannot read: " + reason(errno));
    return static_cast<std::size_t>(state.st_size);
  }
  void read(std::size_t place, void* into, std::size_t size) const {
    auto* next = static_cast<char*>(into);
    while (size > 0) {
      const ssize_t count = ::pread(id_, next, size, static_cast<off_t>(place));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) throw MachineError(name_ + ": cannot read: " + (count < 0 ? reason(errno) : "it was cut off"));
      next += count;
      place += static_cast<std::size_t>(count);
      size -= static_cast<std::size_t>(count);
    }
  }
  void write(std::size_t place, const void* bytes, std::size_t size) const {
    const auto* next = static_cast<const char*>(bytes);
    while (size > 0) {
      const ssize_t count = ::pwrite(id_, next, size, static_cast<off_t>(place));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw MachineError(name_ + ": cannot write: " + reason(errno));
      next += count;
      place += static_cast<std::size_t>(count);
      size -= static_cast<std::size_t>(count);
    }
  }

 private:
  std::string name_;
  int id_;
};

/// How a unit is laid out in a journal.
struct RecordShape {
  std::size_t policies, values;

  explicit RecordShape(const UnitTable& table) : policies(table.policies), values(policies * table.width) {}
  std::size_t status_bytes() const { return (policies + 7) / 8 * 8; }
  std::size_t checked_bytes() const { return 16 + status_bytes() + kMessage + 8 * values; }
  std::size_t bytes() const { return checked_bytes() + 8; }
};

std::uint32_t checksum(const char* bytes, std::size_t size) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;  // CRC-32C
  crc.process_bytes(bytes, size);
  return static_cast<std::uint32_t>(crc.checksum());
}

/// The beginning of a message that fits, cut between characters.
std::string cut(const std::string& message) {
  if (message.size() < kMessage) return message;
  std::size_t end = kMessage - 4;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0U) == 0x80U) --end;
  return message.substr(0, end) + "...";
}

template <typename Number>
void put(char*& into, Number number) {
  std::memcpy(into, &number, sizeof number);
  into += sizeof number;
}

template <typename Number>
Number get(const char*& from) {
  Number number;
  std::memcpy(&number, from, sizeof number);
  from += sizeof number;
  return number;
}

void encode(const Unit& unit, const RecordShape& shape, std::uint64_t time, char* into) {
  char* const begin = into;
  std::memset(into, 0, shape.bytes());
  put(into, unit.point);
  put(into, unit.replicate);
  put(into, time);
  for (std::size_t p = 0; p < shape.policies; ++p) into[p] = static_cast<char>(unit.status[p]);
  into += shape.status_bytes();
  const std::string message = cut(unit.message);
  std::memcpy(into, message.data(), message.size());
  into += kMessage;
  std::memcpy(into, unit.values.data(), 8 * shape.values);
  into += 8 * shape.values;
  put(into, checksum(begin, shape.checked_bytes()));
}

Unit decode(const RecordShape& shape, const char* from, std::uint64_t& time) {
  Unit unit;
  unit.point = get<std::uint32_t>(from);
  unit.replicate = get<std::uint32_t>(from);
  time = get<std::uint64_t>(from);
  for (std::size_t p = 0; p < shape.policies; ++p) unit.status.push_back(static_cast<RunStatus>(from[p]));
  from += shape.status_bytes();
  unit.message = std::string(from, ::strnlen(from, kMessage));
  from += kMessage;
  unit.values.resize(shape.values);
  std::memcpy(unit.values.data(), from, 8 * shape.values);
  return unit;
}

bool is_sound(const RecordShape& shape, const char* record) {
  std::uint32_t written;
  std::memcpy(&written, record + shape.checked_bytes(), sizeof written);
  return written == checksum(record, shape.checked_bytes());
}

/// Reads the records of a journal in order. Returns how many bytes of it are whole: what is behind is a torn tail.
std::size_t read_records(const File& file, const RecordShape& shape,
                         const std::function<void(const char* record, std::size_t number)>& see) {
  const std::size_t size = file.size();
  if (size < kHeader) return 0;
  char header[kHeader];
  file.read(0, header, kHeader);
  std::uint64_t record_bytes;
  std::memcpy(&record_bytes, header + sizeof kMagic, sizeof record_bytes);
  if (std::memcmp(header, kMagic, sizeof kMagic) != 0 || record_bytes != shape.bytes()) {
    throw MachineError(file.name() + ": is no journal of this study: its beginning is damaged");
  }
  const std::size_t records = (size - kHeader) / shape.bytes();
  const std::size_t together = std::max<std::size_t>(1, (std::size_t{1} << 20U) / shape.bytes());
  std::vector<char> buffer(together * shape.bytes());
  std::optional<std::size_t> bad;
  for (std::size_t first = 0; first < records; first += together) {
    const std::size_t count = std::min(together, records - first);
    file.read(kHeader + first * shape.bytes(), buffer.data(), count * shape.bytes());
    for (std::size_t i = 0; i < count; ++i) {
      const char* record = buffer.data() + i * shape.bytes();
      if (!is_sound(shape, record)) {
        if (!bad) bad = first + i;
        continue;
      }
      if (bad) {
        throw MachineError(fmt::format(
            "{}: record {} of {} is not as it was written: its checksum is wrong. Remove this file to run its {} units "
            "again, or begin the whole study again with --fresh",
            file.name(), *bad + 1, records, records));
      }
      see(record, first + i);
    }
  }
  return kHeader + bad.value_or(records) * shape.bytes();
}

// ---- Plans ----

constexpr StudyPlan::Work kWorks[] = {StudyPlan::Work::sweep, StudyPlan::Work::sensitivity, StudyPlan::Work::run,
                                      StudyPlan::Work::search, StudyPlan::Work::fit};

std::string text_of(const StudyPlan& plan) {
  return Json{{"goodhart_study", 1},
              {"verb", StudyPlan::name_of(plan.work)},
              {"name", plan.name},
              {"scenario", plan.scenario},
              {"scenario_resolved", plan.scenario_resolved},
              {"overrides", plan.overrides},
              {"program", plan.program},
              {"generator", plan.generator},
              {"arithmetic", plan.arithmetic}}
             .dump(1, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

StudyPlan read_plan(const fs::path& folder) {
  const fs::path name = folder / "plan.json";
  std::error_code ignored;
  if (!fs::exists(name, ignored)) {
    throw UserError(folder.string() +
                    ": is no study's folder: it has no plan.json; name one, as results/NAME-sweep.parts");
  }
  const std::string text = read_text_file(name);
  try {
    const Json json = Json::parse(text);
    if (json.at("goodhart_study") != 1) throw UserError(name.string() + ": is of another version of goodhart");
    StudyPlan plan;
    const std::string verb = json.at("verb");
    const auto work = std::find_if(std::begin(kWorks), std::end(kWorks),
                                   [&](StudyPlan::Work one) { return verb == StudyPlan::name_of(one); });
    if (work == std::end(kWorks)) throw UserError(name.string() + ": is of an unknown study: " + verb);
    plan.work = *work;
    plan.name = json.at("name");
    plan.scenario = json.at("scenario");
    plan.scenario_resolved = json.at("scenario_resolved");
    plan.overrides = json.at("overrides");
    plan.program = json.at("program");
    plan.generator = json.at("generator");
    plan.arithmetic = json.at("arithmetic");
    return plan;
  } catch (const Json::exception& error) {
    throw UserError(name.string() + ": is damaged: " + error.what());
  }
}

/// What of a scenario makes a study this one: all but texts, replicates, and how many Sobol' points there are; of an
/// experiment of `run`, also but for what only studies and lessons look at.
Node identity_of(const std::string& resolved, const std::string& source, bool is_run) {
  Node document = parse_yaml(resolved, source);
  std::erase_if(document.members, [&](const Member& member) {
    return member.key == "replicates" || member.key == "title" || member.key == "description" ||
           member.key == "sources" || (is_run && (member.key == "experiment" || member.key == "lesson"));
  });
  Node* design = &document;
  for (const char* key : {"experiment", "design", "sobol"}) {
    if (design) design = design->find(key);
  }
  if (design) std::erase_if(design->members, [](const Member& member) { return member.key == "points"; });
  return document;
}

/// The first line in which two texts differ.
std::pair<std::string, std::string> first_unlike_lines(const std::string& one, const std::string& other) {
  const auto next = [](const std::string& text, std::size_t& at) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = at > text.size() ? "" : text.substr(at, end - at);
    at = end + 1;
    return line;
  };
  for (std::size_t a = 0, b = 0; a <= one.size() || b <= other.size();) {
    const std::string left = next(one, a), right = next(other, b);
    if (left != right) return {left, right};
  }
  return {"", ""};
}

/// Holds the lock of a folder, so that two processes do not both begin it.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder) : id_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (id_ < 0) throw MachineError(folder.string() + ": cannot open: " + reason(errno));
    while (::flock(id_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() { ::close(id_); }

 private:
  int id_;
};

std::vector<fs::path> journals_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".journal") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_locked(int descriptor) {
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
  ::flock(descriptor, LOCK_UN);
  return false;
}

}  // namespace

std::string arithmetic_fingerprint() {
  Sha256 sum;
  for (int i = 0; i < 1024; ++i) {
    const volatile double x = 0.01 + 0.0137 * i;  // not known to the compiler
    for (const double value : {std::exp(-x), std::log(x), std::pow(x, 1.0 / 3), std::erfc(x / 3)}) {
      sum.add_number(std::bit_cast<std::uint64_t>(value));
    }
  }
  return sum.finish();
}

void demand_same_study(const std::string& begun_words, const StudyPlan& begun, const StudyPlan& now,
                       const std::string& advice) {
  const auto refuse = [&](const std::string& was, const std::string& is) {
    throw UserError(fmt::format("{} {}, this is {}{}", begun_words, was, is, advice));
  };
  if (begun.work != now.work) refuse(StudyPlan::name_of(begun.work), StudyPlan::name_of(now.work));
  const bool is_run = now.work == StudyPlan::Work::run;
  const Node one = identity_of(begun.scenario_resolved, "plan.json", is_run),
             other = identity_of(now.scenario_resolved, "plan", is_run);
  if (const auto found = first_difference(one, other)) {
    const auto value = [&](const Node* node) { return found->path + " " + (node ? brief(*node) : "left out"); };
    refuse(value(found->one), value(found->other));
  }
  if (begun.program != now.program) {
    const auto [was, is] = first_unlike_lines(begun.program, now.program);
    refuse("another program ('" + was + "')", "'" + is + "'");
  }
  if (begun.arithmetic != now.arithmetic) {
    refuse("a processor whose exp, log, pow and erfc give other last bits", "one that would not fit");
  }
}

std::optional<Study::Verb> StudyPlan::verb() const {
  if (work == Work::sweep) return Study::Verb::sweep;
  if (work == Work::sensitivity) return Study::Verb::sensitivity;
  return std::nullopt;
}

StudyPlan::Work StudyPlan::work_of(Study::Verb verb) {
  return verb == Study::Verb::sweep ? Work::sweep : Work::sensitivity;
}

const char* StudyPlan::name_of(Work work) {
  switch (work) {
    case Work::sweep:
      return "sweep";
    case Work::sensitivity:
      return "sensitivity";
    case Work::run:
      return "run";
    case Work::search:
      return "search";
    case Work::fit:
      return "fit";
  }
  throw Bug("study: no such work");
}

UnitTable UnitTable::evaluations(std::size_t values) {
  UnitTable table(1, values, std::numeric_limits<std::uint32_t>::max());
  table.points = std::size_t{1} << 32U;
  return table;
}

UnitTable::UnitTable(const Study& study)
    : policies(study.scenario().policies.size()),
      width(study.width()),
      points(study.points()),
      replicates(study.replicates_of_point()),
      points_of_row(study.verb() == Study::Verb::sensitivity ? study.points_of_row() : 0) {}

std::size_t UnitTable::record_bytes() const {
  return RecordShape(*this).bytes();
}

std::optional<std::size_t> UnitTable::number(const Unit& unit) const {
  if (unit.point >= points) return std::nullopt;
  const std::uint32_t first = first_replicate(unit.point);
  if (unit.replicate < first || unit.replicate - first >= replicates) return std::nullopt;
  return unit.point * std::size_t{replicates} + unit.replicate - first;
}

StudyFolder::StudyFolder(fs::path folder, const StudyPlan& plan, bool fresh) : folder_(std::move(folder)), plan_(plan) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw MachineError(folder_.string() + ": cannot make the folder: " + error.message());
  const FolderLock lock(folder_);
  if (fresh) {
    for (const fs::path& file : journals_in(folder_)) {
      if (is_locked(File(file, O_RDONLY).id())) {
        throw MachineError(file.string() + ": another process is at work at it, so the study cannot begin again");
      }
      fs::remove(file);
    }
    fs::remove(folder_ / "plan.json");
  }
  if (fs::exists(folder_ / "plan.json")) {
    const StudyPlan begun = read_plan(folder_);
    demand_same_study(folder_.string() + " was begun with", begun, plan, "; --fresh begins again");
    if (text_of(begun) == text_of(plan)) return;
  } else if (!journals_in(folder_).empty()) {
    throw UserError(folder_.string() +
                    ": has journals and no plan.json, so nobody knows what they are of; --fresh begins again");
  }
  write_text_file(folder_ / "plan.json", text_of(plan));
}

StudyFolder::StudyFolder(fs::path folder) : folder_(std::move(folder)), plan_(read_plan(folder_)) {}

void StudyFolder::remove() {
  const FolderLock lock(folder_);
  for (const fs::path& file : journals_in(folder_)) fs::remove(file);
  fs::remove(folder_ / "plan.json");
  std::error_code ignored;
  fs::remove(folder_, ignored);  // not where somebody has put something else there
}

// ---- Journals ----

struct StudyFolder::Writer::File {
  goodhart::File file;
  RecordShape shape;
  std::size_t end = 0;
  std::chrono::steady_clock::time_point synced = std::chrono::steady_clock::now();
  std::vector<char> buffer{};
};

StudyFolder::Writer::Writer(std::unique_ptr<File> file) : file_(std::move(file)) {}
StudyFolder::Writer::Writer(Writer&&) noexcept = default;
StudyFolder::Writer::~Writer() = default;

StudyFolder::Writer StudyFolder::write(const UnitTable& table, Shard shard) const {
  return write(table, fmt::format("units-{}-of-{}", shard.index, shard.of));
}

StudyFolder::Writer StudyFolder::write(const UnitTable& table, const std::string& journal) const {
  const fs::path name = folder_ / (journal + ".journal");
  auto file = std::unique_ptr<Writer::File>(new Writer::File{{name, O_RDWR | O_CREAT}, RecordShape(table)});
  if (::flock(file->file.id(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw MachineError(name.string() + ": another process is at work at it");
  }
  file->end = read_records(file->file, file->shape, [](const char*, std::size_t) {});
  if (file->end < kHeader) {
    char header[kHeader];
    const std::uint64_t bytes = file->shape.bytes();
    std::memcpy(header, kMagic, sizeof kMagic);
    std::memcpy(header + sizeof kMagic, &bytes, sizeof bytes);
    file->file.write(0, header, kHeader);
    file->end = kHeader;
  }
  if (::ftruncate(file->file.id(), static_cast<off_t>(file->end)) != 0) {
    throw MachineError(name.string() + ": cannot write: " + reason(errno));
  }
  return Writer(std::move(file));
}

void StudyFolder::Writer::append(const std::vector<Unit>& units) {
  File& file = *file_;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  file.buffer.resize(units.size() * file.shape.bytes());
  for (std::size_t u = 0; u < units.size(); ++u) {
    encode(units[u], file.shape, static_cast<std::uint64_t>(time), file.buffer.data() + u * file.shape.bytes());
  }
  file.file.write(file.end, file.buffer.data(), file.buffer.size());
  file.end += file.buffer.size();
  if (std::chrono::steady_clock::now() - file.synced >= std::chrono::seconds(1)) sync();
}

void StudyFolder::Writer::sync() {
  if (::fdatasync(file_->file.id()) != 0) throw MachineError(file_->file.name() + ": cannot write: " + reason(errno));
  file_->synced = std::chrono::steady_clock::now();
}

std::vector<fs::path> StudyFolder::journals() const {
  return journals_in(folder_);
}

std::vector<StudyFolder::Journal> StudyFolder::scan(
    const UnitTable& table, const std::vector<fs::path>& files,
    const std::function<void(const Unit&, std::size_t journal, std::size_t record)>& see) const {
  const RecordShape shape(table);
  std::vector<Journal> journals;
  for (const fs::path& name : files) {
    const std::size_t number = journals.size();
    Journal& journal = journals.emplace_back();
    journal.file = name;
    const File file(name, O_RDONLY);
    journal.at_work = is_locked(file.id());
    std::vector<std::uint64_t> times;
    read_records(file, shape, [&](const char* record, std::size_t at) {
      std::uint64_t time = 0;
      const Unit unit = decode(shape, record, time);
      times.push_back(time);
      if (times.size() > 2 * kRecent) times.erase(times.begin(), times.end() - kRecent);
      if (!table.number(unit)) return;
      ++journal.units;
      journal.failed += std::count(unit.status.begin(), unit.status.end(), RunStatus::failed) > 0 ? 1 : 0;
      see(unit, number, at);
    });
    if (times.size() > kRecent) times.erase(times.begin(), times.end() - kRecent);
    journal.recent = times.size();
    if (!times.empty()) {
      journal.first_time = times.front();
      journal.last_time = times.back();
    }
  }
  return journals;
}

UnitIndex::UnitIndex(const StudyFolder& folder, const UnitTable& table)
    : folder_(folder), table_(table), places_(table.units(), 0) {
  const std::vector<fs::path> files = folder.journals();
  for (const fs::path& name : files) {
    const int id = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (id < 0) throw MachineError(name.string() + ": cannot open: " + reason(errno));
    descriptors_.push_back(id);
  }
  std::uint32_t records = 0;  // so far
  journals_ = folder.scan(table, files, [&](const Unit& unit, std::size_t journal, std::size_t record) {
    while (first_.size() <= journal) first_.push_back(records);
    if (record >= std::numeric_limits<std::uint32_t>::max() - first_.back()) {
      throw MachineError(folder.path().string() + ": has more records than goodhart can count");
    }
    records = first_.back() + static_cast<std::uint32_t>(record) + 1;
    std::uint32_t& there = places_[*table_.number(unit)];
    if (there == 0) {
      there = records;
      ++done_;
    } else if (!(read_at(there) == unit)) {
      throw Bug(
          fmt::format("{}: point {}, replicate {} was run twice, and its results differ; they must not depend on "
                      "the process that runs them",
                      folder.path().string(), unit.point, unit.replicate));
    }
  });
}

UnitIndex::~UnitIndex() {
  for (const int id : descriptors_) ::close(id);
}

Unit UnitIndex::read_at(std::uint32_t place) const {
  const RecordShape shape(table_);
  std::vector<char> record(shape.bytes());
  // The last journal that begins before it; one without records begins where the next does.
  const auto after = std::upper_bound(first_.begin(), first_.end(), place - 1);
  const auto journal = static_cast<std::size_t>(after - first_.begin()) - 1;
  const std::uint64_t at = place - 1 - first_[journal];
  const ssize_t count =
      ::pread(descriptors_.at(journal), record.data(), record.size(), static_cast<off_t>(kHeader + at * shape.bytes()));
  if (count != static_cast<ssize_t>(record.size()) || !is_sound(shape, record.data())) {
    throw MachineError(folder_.path().string() + ": a journal has changed while it was read");
  }
  std::uint64_t time = 0;
  return decode(shape, record.data(), time);
}

std::optional<Unit> UnitIndex::read(std::size_t point, std::size_t replicate) const {
  const std::uint32_t place = places_[number(point, replicate)];
  if (place == 0) return std::nullopt;
  return read_at(place);
}

}  // namespace goodhart
