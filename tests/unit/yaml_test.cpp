/// YAML in and out: places count lines and characters from 1, traps are errors, what is written reads back the same.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "goodhart/core/errors.hpp"
#include "goodhart/io/yaml.hpp"
#include "goodhart/report/diagnostics.hpp"

namespace goodhart {

namespace {

/// Where a member's key and value stand, as "line:column line:column".
std::string places(const Node& map, const std::string& key) {
  const auto text = [](const Place& place) { return std::to_string(place.line) + ":" + std::to_string(place.column); };
  for (const Member& member : map.members) {
    if (member.key == key) return text(member.place) + " " + text(member.value.place);
  }
  return "(no such key)";
}

/// The same document, but for places and for quotes that mean nothing.
bool same(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text || as_number(a) != as_number(b)) return false;
  if (a.items.size() != b.items.size() || a.members.size() != b.members.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same(a.items[i], b.items[i])) return false;
  }
  for (std::size_t i = 0; i < a.members.size(); ++i) {
    if (a.members[i].key != b.members[i].key || !same(a.members[i].value, b.members[i].value)) return false;
  }
  return true;
}

std::vector<std::string> errors_of(const std::string& text) {
  try {
    parse_yaml(text, "test");
  } catch (const UserError& error) {
    std::vector<std::string> lines;
    for (const Diagnostic& d : error.diagnostics()) {
      lines.push_back(std::to_string(d.place.line) + ":" + std::to_string(d.place.column) + " " + d.path + ": " +
                      d.message);
    }
    return lines;
  }
  return {};
}

}  // namespace

TEST_CASE("places are those of keys and values, in lines and characters from 1") {
  const Node root = parse_yaml(
      "first: 1\n"
      "block:\n"
      "  inner: text\n"
      "  'quoted key': \"quoted\"\n"
      "flow: {a: 1, b: [2, 3]}\n"
      "literal: |\n"
      "  some\n"
      "  lines\n"
      "\xC3\xBC\xE6\x97\xA5: {\xC3\xA9: \xE6\x9C\xAC, z: 1}\n"
      "nothing:\n"
      "last: ~\n",
      "test");
  CHECK(places(root, "first") == "1:1 1:8");
  CHECK(places(root, "block") == "2:1 3:3");
  CHECK(places(*root.find("block"), "inner") == "3:3 3:10");
  CHECK(places(*root.find("block"), "quoted key") == "4:3 4:17");
  CHECK(places(root, "flow") == "5:1 5:7");
  CHECK(places(*root.find("flow"), "b") == "5:14 5:17");
  CHECK(root.find("flow")->find("b")->items[1].place.column == 21);
  CHECK(places(root, "literal") == "6:1 6:10");
  CHECK(root.find("literal")->text == "some\nlines\n");
  CHECK(places(root, "\xC3\xBC\xE6\x97\xA5") == "9:1 9:5");
  CHECK(places(*root.find("\xC3\xBC\xE6\x97\xA5"), "z") == "9:12 9:15");
  CHECK(places(root, "nothing") == "10:1 10:1");
  CHECK(places(root, "last") == "11:1 11:7");
  CHECK(root.find("nothing")->kind == Node::Kind::null);
  CHECK(root.find("last")->kind == Node::Kind::null);
  CHECK(root.find("first")->place.source == "test");
}

TEST_CASE("Windows line ends and a byte order mark change neither places nor texts") {
  const Node root = parse_yaml(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 2\r\n",
      "test");
  CHECK(places(root, "a") == "1:1 1:4");
  CHECK(places(root, "c") == "5:1 5:4");
  CHECK(root.find("b")->text == "x\ny\n");
}

TEST_CASE("quotes are remembered, so that quoted numbers stay text") {
  const Node root = parse_yaml("{plain: 1, single: '1', double: \"1\", word: x}", "test");
  CHECK_FALSE(root.find("plain")->quoted);
  CHECK(root.find("single")->quoted);
  CHECK(root.find("double")->quoted);
  CHECK(root.find("word")->text == "x");
}

TEST_CASE("all duplicate keys are reported at once, with the line of the first") {
  CHECK(errors_of("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n") ==
        std::vector<std::string>{"2:11 b.c: 'c' stands twice here, first in line 2; keep one of them",
                                 "3:1 a: 'a' stands twice here, first in line 1; keep one of them",
                                 "4:1 a: 'a' stands twice here, first in line 1; keep one of them"});
  CHECK(errors_of("a: {x: 1}\nb: {x: 1}\n").empty());
}

TEST_CASE("aliases stand for what their anchor named, within limits") {
  const Node root = parse_yaml("a: &x {k: 1}\nb: *x\n", "test");
  CHECK(root.find("b")->find("k")->text == "1");
  // Ten thousand copies of ten thousand signs.
  std::string long_scalar = "a: &a " + std::string(10000, 'x') + "\nb: [";
  for (int i = 0; i < 10000; ++i) long_scalar += "*a, ";
  CHECK(errors_of(long_scalar + "]\n").at(0).find("aliases make of the text more than 200000 values") !=
        std::string::npos);
}

TEST_CASE("what is too large or too deep is refused, and soon") {
  CHECK(errors_of(std::string(8'000'001, 'x')) ==
        std::vector<std::string>{"0:0 : is larger than 8 MB, which is more than a scenario can hold"});
  std::string values = "a: [";
  for (int i = 0; i < 200'001; ++i) values += "1,";
  CHECK(errors_of(values + "]").at(0).find("more than 200000 values") != std::string::npos);
  CHECK(errors_of(std::string(1'000'000, '[')).at(0).find("is nested more than 64 deep") != std::string::npos);
  CHECK(errors_of(std::string(64, '[') + std::string(64, ']')).empty());
  CHECK_FALSE(errors_of(std::string(65, '[') + std::string(65, ']')).empty());
}

TEST_CASE("only UTF-8 passes") {
  CHECK(errors_of("a: \xE6\x97\xA5\n").empty());
  for (const char* broken : {"\xE9", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE6\x97", "\x80"}) {
    CHECK(errors_of("a: " + std::string(broken) + "\n") ==
          std::vector<std::string>{"1:4 : is not UTF-8 from here on; save the file as UTF-8"});
  }
}

TEST_CASE("what is written reads back the same") {
  const std::vector<std::string> texts{
      "a: 1\n",
      "a: {b: {c: {d: {e: 1}}}}\n",
      "a: []\nb: {}\nc:\nd: ''\n",
      "a: [[1, 2], [3, [4]], {x: y}]\n",
      "- 1\n- {a: 1}\n- [2]\n- - 3\n  - 4\n",
      "just text\n",
      "a: '1'\nb: 'true'\nc: 'null'\nd: '010'\ne: '~'\nf: '.inf'\ng: '- x'\nh: 'x: y'\ni: 'x #y'\nj: '#'\n",
      "a: '*x'\nb: '&x'\nc: '!x'\nd: '%x'\ne: '@x'\nf: '`x'\ng: '{x'\nh: '[x'\ni: 'x,y'\nj: '>'\nk: '|'\nl: '? x'\n",
      "a: \"it's\"\nb: 'say \"x\"'\nc: \"it's \\\"x\\\"\"\nd: \"tab\\there\"\ne: ' x '\nf: \"\\x01\"\ng: 'x:'\nh: "
      "':x'\n",
      "{a: ['x, y', 'x: y', 'p]', if(a), \"#\"], 'k: 1': 1}\n",
      "a: |\n  two\n  lines\nb: |-\n  no end\n  here\nc: |\n  para\n\n  para\nd: |+\n  ends\n\n",
      "a: \"  leading\\nspace\"\nb: \"trailing \\nspace\"\nc: \"x\\n  indented\\n\"\nd: \"\\n\"\n",
      "a: >-\n  " + std::string(30, 'w') + " " + std::string(90, 'v') + " and more words to fold that go on and on\n",
      "a: " + std::string(150, 'n') + "\n",
      "a: '" + std::string(60, 'n') + "  two spaces  " + std::string(60, 'n') + "'\n",
      "a: {lognormal: {median: 1, sigma: 0.3}}\nb:\n  - quota: {metric: m, target: 1}\n  - {x: 1, y: {z: [1, 2]}}\n",
      "a: if(x, 1, 2)\nb: {c: 'if(x, 1, 2)'}\nc: -x^2\nd: -1\ne: --- x\nf: x - y\n",
      "\xC3\xA9: \xE6\x97\xA5\n",
      "a: plain text\n  over\n\n  lines\nb: 1" + std::string(150, '0') + "\n",
      "key with spaces: 1\n'1': 2\n'true': 3\n'a: b': 4\n",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    const Node document = parse_yaml(text, "test");
    const std::string written = to_yaml(document);
    CAPTURE(written);
    CHECK(same(parse_yaml(written, "test"), document));
  }
}

TEST_CASE("a character that JSON writes as two halves is one, in double quotes, and moves no place") {
  const Node root = parse_yaml(R"({"a": "x\ud83d\ude00\uDBFF\uDFFFy", "b\uD83D\uDE00": 1, "c": &d "\ud83d\ude00",)"
                               R"( "e": "\\ud83d\\ude00", "f": '\uD83D\uDE00', "g": 2})",
                               "test");
  CHECK(root.find("a")->text == "x\xF0\x9F\x98\x80\xF4\x8F\xBF\xBFy");
  CHECK(root.members[1].key == "b\xF0\x9F\x98\x80");
  CHECK(root.find("c")->text == "\xF0\x9F\x98\x80");
  CHECK(root.find("e")->text == "\\ud83d\\ude00");
  CHECK(root.find("f")->text == "\\uD83D\\uDE00");
  CHECK(root.find("g")->place.column == 130);
  CHECK_THROWS_AS(parse_yaml(R"(a: "\ud83d")", "test"), UserError);
  CHECK_THROWS_AS(parse_yaml(R"(a: "\ude00\ud83d")", "test"), UserError);
}

TEST_CASE("keys and names that others would read as something else are written in quotes") {
  Node policies = Node::map();
  for (const char* name : {"no", "yes", "on", "off", "y", "n", "true", "null", "~", "1e3", "plain"})
    policies.add(name, Node::scalar(name, true));
  CHECK(to_yaml(policies) == R"("no": "no"
"yes": "yes"
"on": "on"
"off": "off"
"y": "y"
"n": "n"
"true": "true"
"null": "null"
"~": "~"
"1e3": "1e3"
plain: plain
)");
}

TEST_CASE("what nobody sees is named, outside of quotes and in keys") {
  for (const char* text : {"a\xE2\x80\x8B: 1", "x: 1\n\xEF\xBB\xBF: 1", "a: 1\xC2\xA0", "\"a\xE2\x81\xA0\": 1",
                           "a: x\xE2\x80\xAEy", "a:\xC2\xA0 1\nb: 1", "a: {b\xC2\xAD: 1}", "a: [1,\xE2\x80\xAF 2]"}) {
    CAPTURE(text);
    std::string said;
    try {
      parse_yaml(text, "test");
    } catch (const UserError& error) {
      said = error.diagnostics().front().message;
    }
    CHECK(said.find("invisible character stands here: U+") != said.npos);
  }
  for (const char* text : {"a: \"x\xC2\xA0y\"", "a: 'x\xE2\x80\xAE'", "a: |\n  x\xC2\xA0y", "a: 1  # \xC2\xA0",
                           "a: x\xE2\x80\x8Dy", "a: caf\xC3\xA9"}) {
    CAPTURE(text);
    const Node root = parse_yaml(text, "test");
    CHECK(parse_yaml(to_yaml(root), "written").find("a")->text == root.find("a")->text);
  }
}

TEST_CASE("what is written reads as if a person had written it") {
  const std::string text =
      "title: A quota, and what came of it\n"
      "description: |\n"
      "  Two lines\n"
      "  of text.\n"
      "activities:\n"
      "  by_hand: {value: 1}\n"
      "  busywork: {gaming: true, aversion: {lognormal: {median: 1, sigma: 0.8}}}\n"
      "metrics:\n"
      "  output: {measures: value, noise: 0.3}\n"
      "  other: {measures: contribution}\n"
      "policies:\n"
      "  trust: []\n"
      "  quota:\n"
      "    - quota: {metric: output, target: 1}\n"
      "number: 0.5\n"
      "text: \"0.5\"\n";
  CHECK(to_yaml(parse_yaml(text, "test")) == text);
}

TEST_CASE("long lines are folded below 100 columns") {
  std::string sentence = "It";
  for (int i = 0; i < 60; ++i) sentence += " goes on";
  Node document = Node::map();
  document.add("description", Node::scalar(sentence, true));
  const std::string written = to_yaml(document);
  CHECK(written.starts_with("description: >-\n  It goes on"));
  for (std::size_t from = 0; from < written.size();) {
    const std::size_t end = written.find('\n', from);
    CHECK(end - from <= 100);
    from = end + 1;
  }
  CHECK(parse_yaml(written, "test").find("description")->text == sentence);
}

TEST_CASE("a file that cannot be read says why") {
  const auto why = [](const std::filesystem::path& path) -> std::string {
    try {
      read_yaml_file(path);
    } catch (const MachineError& error) {
      return std::string("machine: ") + error.what();
    } catch (const UserError& error) {
      return std::string("user: ") + error.what();
    }
    return "(nothing)";
  };
  CHECK(why("no such.yaml") == "machine: cannot read no such.yaml: No such file or directory");
  CHECK(why(std::filesystem::path(GOODHART_SOURCE_DIR) / "tests") == "user: cannot read " GOODHART_SOURCE_DIR
                                                                     "/tests: it is a folder");
  const std::string device = "; save what it gives in a file";
  CHECK(why("/dev/zero") == "user: cannot read /dev/zero: it is a device, and only regular files are read" + device);
  const std::filesystem::path pipe = "yaml_test.fifo";
  std::filesystem::remove(pipe);
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(why(pipe) == "user: cannot read yaml_test.fifo: it is a pipe, and only regular files are read" + device);
  std::filesystem::remove(pipe);
}

TEST_CASE("a file is read whole, and its places bear its name") {
  const std::filesystem::path path = "yaml_test.yaml";
  std::ofstream(path) << "a: 1\n";
  const Node root = read_yaml_file(path);
  std::filesystem::remove(path);
  CHECK(root.find("a")->text == "1");
  CHECK(root.find("a")->place.source == "yaml_test.yaml");
}

namespace {

Diagnostic made(Diagnostic::Severity severity, const Place& place, const std::string& path,
                const std::string& message) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.place = place;
  diagnostic.path = path;
  diagnostic.message = message;
  return diagnostic;
}

}  // namespace

TEST_CASE("diagnostics show the place, the line, a caret under the column, and how many there are") {
  const auto error = Diagnostic::Severity::error, warning = Diagnostic::Severity::warning;
  const std::string text = "a:\t1\n\xE6\x97\xA5\xE6\x9C\xAC: x\n" + std::string(300, 'y') + "!\r\n";
  const auto text_of = [&](const std::string& source) { return source == "f.yaml" ? text : ""; };
  CHECK(rendered({}, text_of) == "");
  CHECK(rendered({made(error, {"f.yaml", 1, 4}, "a", "is wrong")}, text_of) ==
        "f.yaml:1:4: error: a: is wrong\n  a: 1\n     ^\n");
  CHECK(rendered({made(warning, {"f.yaml", 2, 5}, "", "is odd"), made(error, {"--set", 0, 0}, "b", "is wrong")},
                 text_of) ==
        "f.yaml:2:5: warning: is odd\n  \xE6\x97\xA5\xE6\x9C\xAC: x\n        ^\n--set: error: b: is wrong\n1 error, 1 "
        "warning\n");
  CHECK(rendered({made(error, {"", 0, 0}, "", "is wrong"), made(error, {"other", 3, 1}, "", "is wrong\x1b[2J")},
                 text_of) == "error: is wrong\nother:3:1: error: is wrong\\x1b[2J\n2 errors\n");
  // A long line is cut around the caret, which stays below its column.
  const std::string cut = rendered({made(error, {"f.yaml", 3, 301}, "", "is wrong")}, text_of);
  CHECK(cut ==
        "f.yaml:3:301: error: is wrong\n  ..." + std::string(99, 'y') + "!\n     " + std::string(99, ' ') + "^\n");
}

TEST_CASE("diagnostics as JSON leave out what there is not") {
  CHECK(diagnostics_json({}) == "[]\n");
  CHECK(diagnostics_json({made(Diagnostic::Severity::error, {"f", 1, 2}, "a.b", "is \"wrong\""),
                          made(Diagnostic::Severity::warning, {"", 0, 0}, "", "is odd")}) ==
        "[\n  {\n    \"severity\": \"error\",\n    \"file\": \"f\",\n    \"line\": 1,\n    \"column\": 2,\n"
        "    \"path\": \"a.b\",\n    \"message\": \"is \\\"wrong\\\"\"\n  },\n"
        "  {\n    \"severity\": \"warning\",\n    \"message\": \"is odd\"\n  }\n]\n");
}

}  // namespace goodhart
