package dev.espalier.bench.reproduce;

import dev.espalier.bench.machine.Build;
import dev.espalier.bench.machine.Machine;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Threads;
import dev.espalier.tensor.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The findings of an experiment as JSON, with all that is needed to run it again. */
final class ExperimentFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ExperimentFile() {}

  /**
   * Writes {@code NAME.json}; a reader finds the whole file or the one before.
   *
   * @param started when the experiment began
   * @return the file
   */
  static Path write(
      Path folder,
      Experiment experiment,
      Lab lab,
      List<Finding> findings,
      Instant started,
      Instant finished) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("experiment", experiment.name());
    root.put("description", experiment.description());
    ArrayNode found = root.putArray("findings");
    findings.forEach(finding -> add(found.addObject(), finding));
    ArrayNode seeds = root.putArray("seeds");
    lab.seeds().forEach(seeds::add);
    put(root.putObject("settings"), lab.settings());
    put(root.putObject("data_digests"), lab.digests());
    Machine machine = Machine.detect();
    root.put("jdk", machine.jdk());
    root.put("os", machine.os());
    root.put("cpu", machine.cpu());
    root.put("cores", machine.cores());
    root.put("threads", Threads.count());
    root.put("provider", Backends.of(Device.CPU).name());
    root.put("commit", Build.commit());
    root.put("version", Build.version());
    root.put("started", started.toString());
    root.put("finished", finished.toString());
    root.put("seconds", Duration.between(started, finished).toSeconds());
    Path file = folder.resolve(experiment.name() + ".json");
    byte[] text = (MAPPER.writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(text));
    return file;
  }

  private static void add(ObjectNode node, Finding finding) {
    node.put("what", finding.what());
    node.put("limit", finding.limit().isEmpty() ? null : finding.limit());
    node.put("seen", finding.seen());
    node.put("met", finding.met().orElse(null));
    ArrayNode values = node.putArray("values");
    finding.values().forEach(values::add);
  }

  private static void put(ObjectNode node, SortedMap<String, String> entries) {
    entries.forEach(node::put);
  }
}
