package dev.espalier.bench.command;

import dev.espalier.bench.study.BuiltInStudies;
import dev.espalier.nn.Names;
import dev.espalier.nn.data.DatasetSpec;
import dev.espalier.nn.data.Datasets;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.FineTunes;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Registry;
import dev.espalier.prune.Schedules;
import dev.espalier.prune.Scopes;
import dev.espalier.prune.Scorers;
import dev.espalier.prune.Structures;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what there is, one line each. */
@Command(
    name = "list",
    description = "Lists what there is, one line each.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier list                  everything",
      "  espalier list methods          the named pruning methods",
      "  espalier list scorers schedules"
    })
public final class ListCommand implements Callable<Integer> {
  private static final Map<String, Supplier<List<Registry.Entry>>> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put(
        "methods",
        () ->
            Methods.all().stream()
                .map(it -> new Registry.Entry(it.name(), it.description()))
                .toList());
    KINDS.put(
        "models",
        () ->
            Models.all().stream()
                .map(it -> new Registry.Entry(it.name(), it.description()))
                .toList());
    KINDS.put("data", () -> Datasets.all().stream().map(ListCommand::data).toList());
    KINDS.put("structures", Structures.all()::entries);
    KINDS.put("scorers", Scorers.all()::entries);
    KINDS.put("scopes", Scopes.all()::entries);
    KINDS.put("schedules", Schedules.all()::entries);
    KINDS.put("finetunes", FineTunes.all()::entries);
    KINDS.put("studies", BuiltInStudies::entries);
  }

  @Parameters(
      paramLabel = "KIND",
      arity = "0..*",
      description =
          "methods, models, data, structures, scorers, scopes, schedules, finetunes or studies"
              + " (default: all).")
  private List<String> kinds = List.of();

  @Spec private CommandSpec spec;

  private ListCommand() {}

  /** Where names of a kind are listed; empty for a kind that is not. */
  static Optional<String> hint(String kind) {
    return KINDS.keySet().stream()
        .filter(it -> it.equals(kind + "s") || kind.equals("data set") && it.equals("data"))
        .map(it -> "'espalier list %s' says what they are".formatted(it))
        .findFirst();
  }

  @Override
  public Integer call() {
    for (String kind : kinds) {
      if (!KINDS.containsKey(kind)) {
        throw new ParameterException(
            spec.commandLine(), Names.unknown("kind", kind, KINDS.keySet()).getMessage());
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    List<String> wanted = kinds.isEmpty() ? List.copyOf(KINDS.keySet()) : kinds;
    for (String kind : wanted) {
      if (wanted.size() > 1) {
        out.println(kind);
      }
      print(out, KINDS.get(kind).get(), wanted.size() > 1 ? "  " : "");
    }
    out.flush();
    return 0;
  }

  private static void print(PrintWriter out, List<Registry.Entry> entries, String indent) {
    int width = entries.stream().mapToInt(it -> it.name().length()).max().orElse(0);
    for (Registry.Entry entry : entries) {
      String gap = " ".repeat(width - entry.name().length() + 2);
      out.println(indent + entry.name() + gap + entry.description());
    }
  }

  private static Registry.Entry data(DatasetSpec spec) {
    return new Registry.Entry(
        spec.name(),
        "%s, %d classes, %s"
            .formatted(
                spec.shape(),
                spec.classes(),
                spec.generated() ? "generated" : "from files, see --data-dir"));
  }
}
