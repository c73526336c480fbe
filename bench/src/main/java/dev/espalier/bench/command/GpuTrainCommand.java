package dev.espalier.bench.command;

import dev.espalier.bench.gpu.DeviceTraining;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.ObjectMapper;

/** Trains networks on the device. */
@Command(
    name = "train",
    description = {
      "Trains LeNet-5 and ResNet-20, dense and with 90 %% of the weights masked, on random images.",
      "Writes train.jsonl: times and losses of steps, and of one captured step that is replayed.",
      "The first losses must be those of the CPU, and all those of the replays the same."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  espalier gpu train",
      "  espalier gpu train --model lenet-5 --steps 200",
      "  espalier gpu train --model resnet-20 --batch 256"
    })
public final class GpuTrainCommand implements Callable<Integer> {
  private static final Device CUDA = new Device("cuda", 0);
  private static final List<String> MODELS = List.of("lenet-5", "resnet-20");
  private static final List<Double> SPARSITIES = List.of(0.0, 0.9);
  private static final int COMPARED = 5;
  private static final int STEPS = 60;
  private static final int BATCH = 128;
  private static final int EMULATED_STEPS = 2;
  private static final int EMULATED_BATCH = 2;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the rows (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("espalier-gpu");

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "lenet-5 or resnet-20 (default: both; on the emulator lenet-5).")
  private Optional<String> model = Optional.empty();

  @Option(names = "--steps", paramLabel = "N", description = "Steps (default: 60; emulated 2).")
  private Optional<Integer> steps = Optional.empty();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images per step (default: 128; emulated 2).")
  private Optional<Integer> batch = Optional.empty();

  @Spec private CommandSpec spec;

  private GpuTrainCommand() {}

  @Override
  public Integer call() throws IOException {
    if (model.isPresent() && !MODELS.contains(model.get())) {
      throw new ParameterException(
          spec.commandLine(), "--model: takes %s, not '%s'".formatted(MODELS, model.get()));
    }
    if (steps.orElse(1) < 1 || batch.orElse(1) < 1) {
      throw new ParameterException(spec.commandLine(), "--steps and --batch: must be at least 1");
    }
    boolean emulated = !System.getProperty("espalier.cuda.emulator", "false").equals("false");
    String device = Backends.of(CUDA).name();
    PrintWriter text = spec.commandLine().getOut();
    text.println(device);
    Files.createDirectories(out);
    Path file = out.resolve("train.jsonl");
    Files.deleteIfExists(file);
    boolean right = true;
    List<String> models = model.map(List::of).orElse(emulated ? MODELS.subList(0, 1) : MODELS);
    for (String name : models) {
      for (double sparsity : SPARSITIES) {
        var training =
            new DeviceTraining(name, sparsity, batch.orElse(emulated ? EMULATED_BATCH : BATCH));
        int count = steps.orElse(emulated ? EMULATED_STEPS : STEPS);
        DeviceTraining.Run host = training.run(Device.CPU, Math.min(COMPARED, count));
        DeviceTraining.Run run = training.run(CUDA, count);
        double difference = run.difference(host);
        boolean agrees = difference <= DeviceTraining.TOLERANCE;
        DeviceTraining.Run replayed = training.replayed(CUDA, count).orElseThrow();
        boolean repeats = Arrays.equals(replayed.losses(), run.losses());
        right &= agrees && repeats;
        Files.writeString(
            file,
            new ObjectMapper()
                    .writeValueAsString(
                        row(device, emulated, training, host, run, replayed, difference))
                + "\n",
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
        text.printf(
            "%s %.0f %% batch %d: %sloss %.4f to %.4f; off the CPU's by %.1e%s; replayed: %s%n",
            name,
            100 * sparsity,
            training.batch(),
            emulated
                ? ""
                : "%.3f ms a step, %.3f replayed, "
                    .formatted(run.medianMillis(), replayed.medianMillis()),
            run.losses()[0],
            run.losses()[count - 1],
            difference,
            agrees ? "" : ", which is too much",
            repeats ? "the same losses" : "OTHER LOSSES");
        text.flush();
      }
    }
    return right ? 0 : 1;
  }

  /** The emulator's times are the host's, so they are left out. */
  private static Map<String, Object> row(
      String device,
      boolean emulated,
      DeviceTraining training,
      DeviceTraining.Run host,
      DeviceTraining.Run run,
      DeviceTraining.Run replayed,
      double difference) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("row", "train");
    row.put("device", device);
    row.put("emulated", emulated);
    row.put("commit", System.getProperty("espalier.commit", "unknown"));
    row.put("model", training.model());
    row.put("sparsity", training.sparsity());
    row.put("batch", training.batch());
    if (!emulated) {
      row.put("step_ms", run.medianMillis());
      row.put("replayed_step_ms", replayed.medianMillis());
      row.put("cpu_step_ms", host.medianMillis());
    }
    row.put("losses", run.losses());
    row.put("replayed_losses", replayed.losses());
    row.put("cpu_losses", host.losses());
    row.put("difference", difference);
    row.put("allowed", DeviceTraining.TOLERANCE);
    return row;
  }
}
