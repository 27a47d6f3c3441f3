/// Values between Python and scenario documents.
#include <fmt/format.h>

#include <cmath>

#include "core.hpp"

namespace goodhart::python {
namespace {

constexpr int kDeepest = 64;  // as for YAML

std::string type_name(const py::handle& value) {
  return py::str(py::type::handle_of(value).attr("__name__"));
}

/// Would this text, without quotes, be a number, a truth value or nothing?
bool means_more(const std::string& text) {
  return as_number(Node::scalar(text)) || text == "true" || text == "false" || text == "null" || text == "~" ||
         text.empty();
}

Node node_at(const py::handle& value, const std::string& where, int depth) {
  if (depth > kDeepest) throw py::value_error(where + ": is nested too deeply, or holds itself");
  if (value.is_none()) return Node{};
  if (PyBool_Check(value.ptr())) return Node::scalar(value.cast<bool>() ? "true" : "false");
  if (py::isinstance<py::str>(value)) {
    const auto text = value.cast<std::string>();
    return Node::scalar(text, means_more(text));
  }
  if (PyFloat_Check(value.ptr())) return Node::number(value.cast<double>());
  if (PyIndex_Check(value.ptr())) return Node::scalar(py::str(py::int_(py::reinterpret_borrow<py::object>(value))));
  if (py::hasattr(value, "keys") && py::hasattr(value, "__getitem__")) {
    Node map = Node::map();
    for (const py::handle& key : value.attr("keys")()) {
      if (!py::isinstance<py::str>(key)) {
        throw py::type_error(fmt::format("{}: keys are texts, and one is of type {}", where, type_name(key)));
      }
      const auto name = key.cast<std::string>();
      map.add(name, node_at(value[key], where + "." + name, depth + 1));
    }
    return map;
  }
  if (py::hasattr(value, "tolist")) return node_at(value.attr("tolist")(), where, depth + 1);  // of numpy and pandas
  if (py::hasattr(value, "item")) return node_at(value.attr("item")(), where, depth + 1);
  if (PyList_Check(value.ptr()) || PyTuple_Check(value.ptr())) {
    Node list = Node::list();
    std::size_t at = 0;
    for (const py::handle& item : value) {
      list.items.push_back(node_at(item, fmt::format("{}.{}", where, at++), depth + 1));
    }
    return list;
  }
  throw py::type_error(
      fmt::format("{}: is of type {}; values of a scenario are numbers, texts, True, False, None, lists and dicts",
                  where, type_name(value)));
}

}  // namespace

Node node_of(const py::handle& value, const std::string& where) {
  return node_at(value, where, 0);
}

py::object value_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return py::none();
    case Node::Kind::list: {
      py::list list;
      for (const Node& item : node.items) list.append(value_of(item));
      return list;
    }
    case Node::Kind::map: {
      py::dict map;
      for (const Member& member : node.members) map[py::str(member.key)] = value_of(member.value);
      return map;
    }
    case Node::Kind::scalar:
      break;
  }
  if (node.quoted) return py::str(node.text);
  if (node.text == "true" || node.text == "false") return py::bool_(node.text == "true");
  if (const auto number = as_number(node)) {
    const bool whole = node.text.find_first_not_of("+-0123456789") == std::string::npos;
    return whole ? py::object(py::int_(py::str(node.text))) : py::object(py::float_(*number));
  }
  return py::str(node.text);
}

}  // namespace goodhart::python
