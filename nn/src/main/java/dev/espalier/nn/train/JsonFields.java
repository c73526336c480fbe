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
    return typed(name, String.class, "text is needed");
  }

  boolean flag(String name) {
    return typed(name, Boolean.class, "true or false is needed");
  }

  double number(String name) {
    return typed(name, Number.class, "a number is needed").doubleValue();
  }

  long integer(String name, long least, long most) {
    String rule = "an integer from %d to %d is needed".formatted(least, most);
    long value = typed(name, Long.class, rule);
    if (value < least || value > most) {
      throw wrong(name, rule, value);
    }
    return value;
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
    throw wrong(name, "one of " + known, text);
  }

  /** A list of texts that all differ. */
  Set<String> texts(String name) {
    Set<String> texts = new LinkedHashSet<>();
    for (Object value : list(name)) {
      if (!(value instanceof String text) || !texts.add(text)) {
        throw wrong(name, "texts that differ are needed", value);
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
    if (numbers.size() != count || values.size() != count) {
      throw wrong(name, count + " integers are needed", values);
    }
    return numbers;
  }

  private List<?> list(String name) {
    return typed(name, List.class, "a list is needed");
  }

  /** Refuses members that nobody asked for. */
  void end() {
    if (!left.isEmpty()) {
      throw refused(file, path, "no further members are known", left.keySet());
    }
  }

  private <T> T typed(String name, Class<T> type, String rule) {
    Object value = take(name);
    if (!type.isInstance(value)) {
      throw wrong(name, rule, value);
    }
    return type.cast(value);
  }

  private Object take(String name) {
    if (!left.containsKey(name)) {
      throw wrong(name, "it must be there", "nothing");
    }
    return left.remove(name);
  }

  /** What to throw for a member that breaks a rule. */
  TensorFileException wrong(String name, String rule, Object actual) {
    return refused(file, field(name), rule, actual);
  }

  private String field(String name) {
    return path + '.' + name;
  }
}
