package dev.espalier.nn.train;

import dev.espalier.tensor.io.TensorFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The members of a JSON object from a file, each asked for by type and then used up; what is
 * missing, of another type, out of range or left over is refused with the file and the member's
 * path.
 */
final class JsonFields {
  /** A safetensors header, which holds the metadata, starts here. */
  private static final long HEADER_OFFSET = 8;

  private final Path file;
  private final String path;
  private final Map<String, Object> left;

  private JsonFields(Path file, String path, Map<String, Object> left) {
    this.file = file;
    this.path = path;
    this.left = left;
  }

  static JsonFields of(Path file, String path, Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw refused(file, path, "an object is needed", value);
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach((name, member) -> members.put((String) name, member));
    return new JsonFields(file, path, members);
  }

  static TensorFileException refused(Path file, String field, String rule, Object actual) {
    return new TensorFileException(file.toString(), HEADER_OFFSET, field, rule, actual);
  }

  String path() {
    return path;
  }

  /** The members not yet used up. */
  Set<String> names() {
    return new LinkedHashSet<>(left.keySet());
  }

  JsonFields object(String name) {
    return of(file, field(name), take(name));
  }

  String text(String name) {
    Object value = take(name);
    return value instanceof String text ? text : this.<String>wrong(name, "text is needed", value);
  }

  boolean flag(String name) {
    Object value = take(name);
    return value instanceof Boolean flag
        ? flag
        : this.<Boolean>wrong(name, "true or false is needed", value);
  }

  long integer(String name, long least, long most) {
    Object value = take(name);
    return value instanceof Long number && number >= least && number <= most
        ? number
        : this.<Long>wrong(
            name, "an integer from %d to %d is needed".formatted(least, most), value);
  }

  double number(String name) {
    return take(name) instanceof Number number
        ? number.doubleValue()
        : this.<Double>wrong(name, "a number is needed", "another type");
  }

  /** A constant of an enum, by its name in lower case. */
  <E extends Enum<E>> E choice(String name, Class<E> type) {
    String text = text(name);
    List<String> known = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      known.add(constant.name().toLowerCase(Locale.ROOT));
      if (known.getLast().equals(text)) {
        return constant;
      }
    }
    return wrong(name, "one of " + known, text);
  }

  Set<String> texts(String name) {
    Set<String> texts = new LinkedHashSet<>();
    for (Object value : list(name)) {
      if (!(value instanceof String text) || !texts.add(text)) {
        return wrong(name, "different texts are needed", value);
      }
    }
    return texts;
  }

  List<Long> integers(String name, int count) {
    List<Long> numbers = new ArrayList<>();
    List<?> values = list(name);
    for (Object value : values) {
      if (value instanceof Long number) {
        numbers.add(number);
      }
    }
    return values.size() == count && numbers.size() == count
        ? numbers
        : wrong(name, count + " integers are needed", values);
  }

  private List<?> list(String name) {
    Object value = take(name);
    return value instanceof List<?> list
        ? list
        : this.<List<?>>wrong(name, "a list is needed", value);
  }

  /** Refuses members that nobody asked for. */
  void end() {
    if (!left.isEmpty()) {
      throw refused(file, path, "no further members are known", left.keySet());
    }
  }

  private Object take(String name) {
    if (!left.containsKey(name)) {
      throw refused(file, field(name), "it must be there", "nothing");
    }
    return left.remove(name);
  }

  private <T> T wrong(String name, String rule, Object actual) {
    throw refused(file, field(name), rule, actual);
  }

  private String field(String name) {
    return path + '.' + name;
  }
}
