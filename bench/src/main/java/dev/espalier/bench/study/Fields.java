package dev.espalier.bench.study;

import dev.espalier.nn.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * A mapping of a study file, read strictly: every key must be known and every value of its kind.
 * Messages say where in the file they belong.
 */
final class Fields {
  private final String path;
  private final JsonNode node;

  private Fields(String path, JsonNode node) {
    this.path = path;
    this.node = node;
  }

  /**
   * Checks the keys of a mapping.
   *
   * @param path where it is, empty at the top
   * @throws IllegalArgumentException if it is none, or a key is unknown; the message suggests the
   *     nearest one
   */
  static Fields of(String path, JsonNode node, List<String> known) {
    if (!node.isObject()) {
      throw new IllegalArgumentException(
          "%smust be a mapping of keys to values but is %s"
              .formatted(path.isEmpty() ? "the file " : path + ": ", shown(node)));
    }
    for (String key : node.propertyNames()) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException(
            (path.isEmpty() ? "" : path + ": ") + Names.unknown("key", key, known).getMessage());
      }
    }
    return new Fields(path, node);
  }

  /** The refusal of a mapping that lacks a key. */
  static IllegalArgumentException missing(String key) {
    return new IllegalArgumentException("the key '%s' is missing".formatted(key));
  }

  /** Where a key's value is. */
  String at(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  boolean has(String key) {
    return node.has(key);
  }

  Optional<String> text(String key) {
    return one(key, "a text", JsonNode::isString, JsonNode::asString);
  }

  Optional<Integer> integer(String key) {
    return one(
        key,
        "a whole number",
        value -> value.isIntegralNumber() && value.canConvertToInt(),
        JsonNode::asInt);
  }

  Optional<Double> number(String key) {
    return one(key, "a number", JsonNode::isNumber, JsonNode::asDouble);
  }

  Optional<Boolean> flag(String key) {
    return one(key, "true or false", JsonNode::isBoolean, JsonNode::asBoolean);
  }

  Optional<List<String>> texts(String key) {
    return list(key).map(all -> all.stream().map(it -> it.text()).toList());
  }

  Optional<List<Double>> numbers(String key) {
    return list(key)
        .map(
            all ->
                all.stream()
                    .map(it -> it.value("a number", JsonNode::isNumber, JsonNode::asDouble))
                    .toList());
  }

  /** Numbers of which there may be none. */
  Optional<List<Double>> shares(String key) {
    return has(key) && node.get(key).isArray() && node.get(key).isEmpty()
        ? Optional.of(List.of())
        : numbers(key);
  }

  Optional<List<Long>> wholeNumbers(String key) {
    return list(key)
        .map(
            all ->
                all.stream()
                    .map(
                        it ->
                            it.value(
                                "a whole number",
                                value -> value.isIntegralNumber() && value.canConvertToLong(),
                                JsonNode::asLong))
                    .toList());
  }

  Optional<Fields> mapping(String key, List<String> known) {
    return has(key) ? Optional.of(of(at(key), node.get(key), known)) : Optional.empty();
  }

  /** A mapping of any names to numbers, in the file's order. */
  Optional<Map<String, Double>> numbersByName(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode mapping = node.get(key);
    if (!mapping.isObject() || mapping.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: must be a mapping of names to numbers, such as {a: 1}, but is %s"
              .formatted(at(key), shown(mapping)));
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (String name : mapping.propertyNames()) {
      var element = new Element(at(key) + "." + name, mapping.get(name));
      numbers.put(name, element.value("a number", JsonNode::isNumber, JsonNode::asDouble));
    }
    return Optional.of(numbers);
  }

  /** The elements of a list. */
  Optional<List<Element>> list(String key) {
    if (!has(key)) {
      return Optional.empty();
    }
    JsonNode value = node.get(key);
    if (!value.isArray() || value.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: must be a list with at least one element, such as [a, b], but is %s"
              .formatted(at(key), shown(value)));
    }
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      elements.add(new Element("%s[%d]".formatted(at(key), i), value.get(i)));
    }
    return Optional.of(elements);
  }

  private <T> Optional<T> one(
      String key, String kind, Predicate<JsonNode> fits, Function<JsonNode, T> read) {
    return has(key)
        ? Optional.of(new Element(at(key), node.get(key)).value(kind, fits, read))
        : Optional.empty();
  }

  private static String shown(JsonNode value) {
    return value.isNull() ? "empty" : value.toString();
  }

  /**
   * A value and where it is.
   *
   * @param at its path
   */
  record Element(String at, JsonNode value) {
    boolean isText() {
      return value.isString();
    }

    /** The text itself. */
    String text() {
      return value("a text", JsonNode::isString, JsonNode::asString);
    }

    Fields fields(List<String> known) {
      return of(at, value, known);
    }

    /** What is read of it; a refusal that does not say where it belongs has that put before it. */
    <T> T placed(Supplier<T> reading) {
      try {
        return reading.get();
      } catch (IllegalArgumentException e) {
        String message = e.getMessage();
        throw message.startsWith(at) ? e : new IllegalArgumentException(at + ": " + message, e);
      }
    }

    private <T> T value(String kind, Predicate<JsonNode> fits, Function<JsonNode, T> read) {
      if (!fits.test(value)) {
        throw new IllegalArgumentException(
            "%s: must be %s but is %s".formatted(at, kind, shown(value)));
      }
      return read.apply(value);
    }
  }
}
