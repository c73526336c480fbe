package dev.espalier.prune.file;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Residual;
import dev.espalier.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What surgery changes of a model beside shapes, in a file's metadata. */
final class Architecture {
  private static final String REMOVED = ".removed";
  private static final String GROUPS = ".groups";
  private final Map<String, Residual> withoutBody = new LinkedHashMap<>();
  private final Map<String, Conv2d> regrouped = new LinkedHashMap<>();
  private final Map<String, String> groups = new LinkedHashMap<>();

  private Architecture() {}

  /** The branches that a module lacks and the groups of its convolutions. */
  static Map<String, String> metadata(Module module) {
    Map<String, String> metadata = new LinkedHashMap<>();
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part instanceof Residual block && block.body() == null) {
                metadata.put(body(name) + REMOVED, "true");
              } else if (part instanceof Conv2d conv && conv.spec().groups() > 1) {
                metadata.put(name + GROUPS, Integer.toString(conv.spec().groups()));
              }
            });
    return metadata;
  }

  private static String body(String block) {
    return block.isEmpty() ? "body" : block + ".body";
  }

  /** What a file's metadata ask of a module. */
  static Architecture of(Map<String, String> metadata, Module module) {
    var asked = new Architecture();
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part instanceof Residual block && metadata.containsKey(body(name) + REMOVED)) {
                asked.withoutBody.put(body(name), block);
              } else if (part instanceof Conv2d conv && metadata.containsKey(name + GROUPS)) {
                asked.regrouped.put(name, conv);
                asked.groups.put(name, metadata.get(name + GROUPS));
              }
            });
    return asked;
  }

  /** Whether a tensor of the module belongs to a branch that the file lacks. */
  boolean isRemoved(String name) {
    return withoutBody.keySet().stream().anyMatch(body -> name.startsWith(body + "."));
  }

  /** What cannot be done. */
  List<String> problems(Map<String, Shape> shapes) {
    List<String> problems = new ArrayList<>();
    groups.forEach(
        (name, text) -> {
          Shape weight = shapes.get(name.isEmpty() ? "weight" : name + ".weight");
          int present = regrouped.get(name).spec().groups();
          boolean fits =
              text.matches("\\d{1,9}")
                  && Integer.parseInt(text) >= 1
                  && Integer.parseInt(text) <= present
                  && (weight == null || weight.dim(0) % Integer.parseInt(text) == 0);
          if (!isRemoved(name + ".weight") && !fits) {
            problems.add(
                "metadata '%s%s' is %s, which is no number of groups for weight %s and a convolution of %d groups"
                    .formatted(name, GROUPS, text, weight, present));
          }
        });
    return problems;
  }

  /** Changes the module. */
  void apply() {
    regrouped.forEach((name, conv) -> conv.setGroups(Integer.parseInt(groups.get(name))));
    withoutBody.values().forEach(block -> block.replaceBody(null));
  }
}
