/// Looking at outputs before anything runs: what is refused, what is followed, what is kept, and what is never touched.
#include "goodhart/io/output.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "goodhart/core/errors.hpp"
#include "goodhart/io/text_file.hpp"

namespace {

namespace fs = std::filesystem;
using namespace goodhart;

/// A folder of our own, in which the test stands, and which is gone after it.
class Standing {
 public:
  Standing() : before_(fs::current_path()) {
    std::string pattern = (fs::temp_directory_path() / "goodhart-output-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::current_path(folder_);
  }
  ~Standing() {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  Standing(const Standing&) = delete;
  Standing& operator=(const Standing&) = delete;

 private:
  fs::path before_, folder_;
};

void put(const std::string& name, const std::string& text = "old") {
  std::ofstream(name) << text;
}

std::string text_of(const std::string& name) {
  std::ifstream file(name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return std::string("usage: ") + error.what();
  } catch (const MachineError& error) {
    return std::string("machine: ") + error.what();
  }
  return "none";
}

std::string refused(const std::string& name) {
  return refusal([&] { target_of(name); });
}

std::string refused(const std::vector<Output>& outputs, const std::vector<Input>& inputs = {}) {
  return refusal([&] { check_outputs(outputs, inputs); });
}

Output results(const std::string& name) {
  return {.what = "the results of s.yaml", .name = name};
}

Output page(const std::string& name) {
  return {.what = "the page", .name = name, .kind = Output::Kind::page};
}

mode_t mode_of(const std::string& name) {
  struct stat found {};
  REQUIRE(stat(name.c_str(), &found) == 0);
  return found.st_mode & 07777U;
}

TEST_CASE("output: what is no regular file is refused by what it is") {
  const Standing standing;
  fs::create_directory("folder");
  REQUIRE(mkfifo("fifo", 0600) == 0);
  const int socket_file = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = "socket"};
  REQUIRE(bind(socket_file, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  close(socket_file);
  fs::create_symlink("fifo", "link");

  CHECK(refused("folder") == "usage: folder: is a folder; name a file in it, as folder/results.h5");
  CHECK(refused("folder/") == "usage: folder/: is the name of a folder; name a file in it, as folder/results.h5");
  CHECK(refused("new/") == "usage: new/: is the name of a folder; name a file in it, as new/results.h5");
  CHECK(refused("fifo") == "usage: fifo: is a FIFO; only a regular file can be written, so name one");
  CHECK(refused("link") == "usage: link: is a FIFO; only a regular file can be written, so name one");
  CHECK(refused("socket") == "usage: socket: is a socket; only a regular file can be written, so name one");
  CHECK(refused("/dev/null") == "usage: /dev/null: is a device; only a regular file can be written, so name one");
  CHECK(refused(".") == "usage: .: is a folder; name a file in it, as ./results.h5");
  CHECK(refused("") == "usage: an output needs a name");
}

TEST_CASE("output: folders that are missing, none, or closed, and names that are too long") {
  const Standing standing;
  put("file");
  CHECK(refused("no/such/x.h5") == "machine: no/such/x.h5: cannot be written: there is no folder no/such");
  CHECK(refused("file/x.h5") == "machine: file/x.h5: cannot be written: file is a file, not a folder");
  const std::string longest(250, 'x');
  CHECK(refused(longest) == "none");
  CHECK(refused(longest + "y") == "machine: " + longest +
                                      "y: cannot be written: the name is too long; with .part, "
                                      "which it has until it is whole, it has 256 bytes, and its folder takes 255");
  fs::create_symlink("round", "about");
  fs::create_symlink("about", "round");
  CHECK(refused("round") == "machine: round: is a symbolic link that leads to itself");
  fs::create_symlink("no/such/x.h5", "dangling");
  CHECK(refused("dangling") == "machine: dangling: cannot be written: there is no folder no/such");
}

TEST_CASE("output: a write-protected file is not replaced, for root neither") {
  const Standing standing;
  put("x.h5");
  chmod("x.h5", 0440);
  CHECK(refused("x.h5") == "machine: x.h5: is write-protected, so it is not replaced; chmod u+w allows it");
  CHECK(refusal([] { write_text_file("x.h5", "new"); }).starts_with("machine: x.h5: is write-protected"));
  CHECK(text_of("x.h5") == "old");
}

TEST_CASE("output: the mode of a replaced file is kept, and links are followed") {
  const Standing standing;
  const mode_t before = umask(022);
  put("x.html");
  chmod("x.html", 0660);
  write_text_file("x.html", "new");
  CHECK(mode_of("x.html") == 0660);
  write_text_file("y.html", "new");
  CHECK(mode_of("y.html") == 0644);
  umask(before);

  fs::create_directory("scratch");
  fs::create_symlink("scratch/real.html", "first.html");
  fs::create_symlink("first.html", "second.html");
  for (const char* text : {"one", "two"}) {  // first there is no such file, then there is
    write_text_file("second.html", text);
    CHECK(fs::is_symlink("second.html"));
    CHECK(fs::is_symlink("first.html"));
    CHECK(text_of("scratch/real.html") == text);
  }
  CHECK(target_of("second.html").part == "scratch/real.html.part");
}

TEST_CASE("output: a NAME.part that is not ours is neither followed nor replaced") {
  const Standing standing;
  put("victim", "precious");
  fs::create_symlink("victim", "x.html.part");
  const std::string words =
      "x.html.part: is in the way: a symbolic link, which goodhart did not make; remove it, or name another file";
  CHECK(refused({page("x.html")}) == "machine: " + words);
  CHECK(refusal([] { write_text_file("x.html", "new"); }) == "machine: " + words);
  CHECK(text_of("victim") == "precious");
  CHECK(fs::is_symlink("x.html.part"));
  CHECK(!fs::exists("x.html"));

  REQUIRE(mkfifo("y.html.part", 0600) == 0);
  CHECK(refused({page("y.html")}) ==
        "machine: y.html.part: is in the way: a FIFO, which goodhart did not make; remove it, or name another file");

  // Another name of somebody's file is taken away; the file stays.
  fs::create_hard_link("victim", "z.html.part");
  write_text_file("z.html", "new");
  CHECK(text_of("victim") == "precious");
}

TEST_CASE("output: a dead run's NAME.part is removed and said, a living one's is not") {
  const Standing standing;
  put("x.h5.part");
  CHECK(check_outputs({results("x.h5")}, {}) ==
        std::vector<std::string>{"x.h5.part: was left by a run that did not come to its end; removed"});
  CHECK(!fs::exists("x.h5.part"));
  CHECK(check_outputs({results("x.h5")}, {}).empty());

  put("x.h5.part");
  const int held = open("x.h5.part", O_RDWR);
  REQUIRE(flock(held, LOCK_EX) == 0);
  CHECK(refused({results("x.h5")}) == "machine: x.h5.part: cannot create: another process is writing it");
  CHECK(fs::exists("x.h5.part"));
  close(held);
}

TEST_CASE("output: what is read is not overwritten, whatever it is called") {
  const Standing standing;
  put("first", "scenario");
  put("who.csv", "0 1");
  fs::create_directory("folder");
  fs::create_symlink("folder", "way");
  fs::create_symlink("../first", "folder/link");
  fs::create_hard_link("first", "other");
  const std::vector<Input> inputs{{"the scenario", "first"}, {"the edges", "who.csv"}};
  for (const std::string name : {"first", "./first", "folder/../first", "folder/link", "way/link", "other"}) {
    CAPTURE(name);
    CHECK(refused({results(name)}, inputs) ==
          "usage: " + name + ": would overwrite the scenario first; name another file");
  }
  CHECK(refused({page("who.csv")}, inputs) == "usage: who.csv: would overwrite the edges who.csv; name another file");
  put("a.part");
  CHECK(refused({page("a")}, {{"the results", "a.part"}}) ==
        "usage: a, which is first written as NAME.part: would overwrite the results a.part; name another file");
  CHECK(fs::exists("a.part"));
  CHECK(refused({results("x.yaml")}) == "usage: x.yaml: would be overwritten with results; name a file ending in .h5");
  CHECK(refused({page("x.nc")}) == "usage: x.nc: would be overwritten with a page; name a file ending in .html");
}

TEST_CASE("output: two outputs need two files") {
  const Standing standing;
  fs::create_directory("folder");
  fs::create_symlink("folder", "way");
  for (const std::string name : {"same", "./same", "folder/../same"}) {
    CAPTURE(name);
    CHECK(refused({results("same"), page(name)}) ==
          "usage: the results of s.yaml and the page would both be same; give each a file of its own");
  }
  CHECK(refused({results("folder/x"), page("way/x")}) ==
        "usage: the results of s.yaml and the page would both be folder/x; give each a file of its own");
  fs::create_symlink("same", "link");
  CHECK(refused({results("link"), page("same")}).starts_with("usage: the results of s.yaml and the page"));
  put("one");
  fs::create_hard_link("one", "two");
  CHECK(refused({results("one"), page("two")}).starts_with("usage: the results of s.yaml and the page"));
  CHECK(refused({results("x"), page("x.part")}) ==
        "usage: the results of s.yaml x and the page x.part: a file is first written as NAME.part, so one would be in "
        "the way of the other; choose other names");
  CHECK(refused({results("x"), page("y")}) == "none");
}

TEST_CASE("output: a folder is made where the name is ours, and goes again where another output is refused") {
  const Standing standing;
  Output ours = results("results/x.h5");
  CHECK(refused({ours}) == "machine: results/x.h5: cannot be written: there is no folder results");
  ours.makes_folder = true;
  CHECK(refused({ours, page("no/such/page")}).starts_with("machine: no/such/page"));
  CHECK(!fs::exists("results"));
  CHECK(refused({ours}) == "none");
  CHECK(fs::is_directory("results"));
}

TEST_CASE("output: files that are being written can be removed by a signal handler") {
  const Standing standing;
  static std::string told;
  told.clear();
  put("a.h5.part");
  put("b.h5.part");
  put("c.h5.part");
  Unfinished a, b;
  a.remember("a.h5.part");
  {
    Unfinished c;
    c.remember("c.h5.part");
  }
  b.remember("b.h5.part");
  remove_unfinished_files([](const char* name, std::size_t length) { told += std::string(name, length) + " "; });
  CHECK(told == "a.h5 b.h5 ");
  CHECK(!fs::exists("a.h5.part"));
  CHECK(!fs::exists("b.h5.part"));
  CHECK(fs::exists("c.h5.part"));
}

}  // namespace
