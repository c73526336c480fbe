package dev.espalier.cuda.fuse;

import dev.espalier.cuda.kernel.Kernels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The functions of the shipped module {@code maps}, whose bodies are copied into kernels.
 *
 * <p>A body becomes a block of its own, so that its registers hide those of the same names in other
 * copies; labels get a number. What it calls or reads, slow paths and tables of the mathematical
 * library, goes before the kernel.
 */
final class MapFunctions {
  private static final String MODULE = "maps";
  private static final Pattern FUNCTION =
      Pattern.compile("^(?:\\.visible )?\\.func\\s+\\(\\.param [^)]*\\)\\s+([\\w$]+)");
  private static final Pattern VARIABLE = Pattern.compile("^\\.(?:global|const) .*?([\\w$]+)\\[");
  private static final Pattern SOURCE_LINE = Pattern.compile("\\s*\\.loc\\s");
  private static final Pattern ARGUMENT =
      Pattern.compile("^ld\\.param\\.(\\w+)\\s+(\\S+), \\[\\w+_param_(\\d+)];$");
  private static final Pattern RESULT =
      Pattern.compile("^st\\.param\\.(\\w+)\\s+\\[func_retval0\\+0], (\\S+);$");

  /** Labels and the memory of arrays, which are named once in a function. */
  private static final Pattern LOCAL_NAME = Pattern.compile("\\$L_\\w+|__local_depot\\d+");

  private static final Pattern WORD = Pattern.compile("[\\w$]+");

  private static final MapFunctions SHIPPED = new MapFunctions(Kernels.ptx(MODULE));

  private String version;
  private final Map<String, List<String>> bodies = new LinkedHashMap<>();
  private final Map<String, String> prototypes = new LinkedHashMap<>();
  private final Map<String, String> definitions = new LinkedHashMap<>();

  private MapFunctions(String ptx) {
    List<String> lines =
        ptx.lines().filter(line -> !SOURCE_LINE.matcher(line).lookingAt()).toList();
    for (int at = 0; at < lines.size(); at++) {
      String line = lines.get(at);
      Matcher variable = VARIABLE.matcher(line);
      Matcher function = FUNCTION.matcher(line);
      if (line.startsWith(".version")) {
        version = line;
      } else if (variable.find()) {
        prototypes.put(variable.group(1), line);
      } else if (function.find()) {
        int end = at;
        while (!lines.get(end).equals("}") && !lines.get(end).equals(";")) {
          end++;
        }
        add(function.group(1), lines.subList(at, end + 1));
        at = end;
      }
    }
  }

  private void add(String name, List<String> text) {
    if (text.getLast().equals(";")) {
      prototypes.put(name, String.join("\n", text));
      return;
    }
    definitions.put(name, String.join("\n", text));
    bodies.put(name, text.subList(text.indexOf("{") + 1, text.size() - 1));
  }

  static MapFunctions shipped() {
    return SHIPPED;
  }

  /** The module's {@code .version} line. */
  String version() {
    return version;
  }

  /** What must stand before a kernel that has the bodies of these functions. */
  String preamble(Set<String> functions) {
    Set<String> needed = new TreeSet<>();
    functions.forEach(name -> addNeeds(String.join("\n", bodies.get(name)), needed));
    var text = new StringBuilder();
    prototypes.forEach(
        (name, prototype) -> {
          if (needed.contains(name)) {
            text.append(prototype).append('\n');
          }
        });
    definitions.forEach(
        (name, definition) -> {
          if (needed.contains(name)) {
            text.append(definition).append('\n');
          }
        });
    return text.toString();
  }

  private void addNeeds(String text, Set<String> needed) {
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      if (prototypes.containsKey(word.group()) && needed.add(word.group())) {
        addNeeds(definitions.getOrDefault(word.group(), ""), needed);
      }
    }
  }

  /**
   * The body of a function as a block.
   *
   * @param target the register of the result
   * @param arguments registers
   * @param number of the copy
   * @throws IllegalArgumentException if there is no function of that name
   */
  List<String> inlined(String function, String target, List<String> arguments, int number) {
    List<String> body = bodies.get(function);
    if (body == null) {
      throw new IllegalArgumentException(
          "chain: the module '%s' has no function %s; add it to maps.cuh"
              .formatted(MODULE, function));
    }
    List<String> statements = body.stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
    List<String> block = new ArrayList<>(List.of("{"));
    boolean returnsAtEnd = statements.getLast().equals("ret;");
    for (String line : statements.subList(0, statements.size() - (returnsAtEnd ? 1 : 0))) {
      block.add(statement(line, target, arguments, number));
    }
    block.add("}");
    if (block.contains(jump(number))) {
      block.add("$returned_%d:".formatted(number));
    }
    return block;
  }

  /** In the place of a return from the middle. */
  private static String jump(int number) {
    return "bra $returned_" + number + ";";
  }

  private static String statement(String line, String target, List<String> arguments, int number) {
    if (line.equals("ret;")) {
      return jump(number);
    }
    Matcher argument = ARGUMENT.matcher(line);
    if (argument.matches()) {
      int place = Integer.parseInt(argument.group(3));
      return move(argument.group(1), argument.group(2), arguments.get(place));
    }
    Matcher result = RESULT.matcher(line);
    if (result.matches()) {
      return move(result.group(1), target, result.group(2));
    }
    return LOCAL_NAME.matcher(line).replaceAll("$0_" + number);
  }

  private static String move(String type, String to, String from) {
    return "mov.%s %s, %s;".formatted(type, to, from);
  }
}
