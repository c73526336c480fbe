package dev.espalier.nn.train;

import dev.espalier.tensor.io.Json;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Appends one JSON object a line to a file: {@code start}, {@code step} every so many steps, {@code
 * epoch}, {@code end}, each flushed at once.
 *
 * <p>A resumed run appends {@code start} with the step that it continues from; of lines with the
 * same step the last one counts. NaN and infinities are written as null.
 */
public final class JsonLinesLog implements TrainingListener {
  private final Path file;
  private final long everySteps;
  private OutputStream out;

  /**
   * A log; the file is opened when training starts.
   *
   * @param everySteps how many steps lie between two lines; 0 for no lines of steps
   */
  public JsonLinesLog(Path file, long everySteps) {
    if (everySteps < 0) {
      throw new IllegalArgumentException(
          "log: steps between lines must be >= 0 but is " + everySteps);
    }
    this.file = file;
    this.everySteps = everySteps;
  }

  @Override
  public void onStart(Trainer trainer) {
    try {
      boolean torn = endsInsideLine();
      // Not a channel: an interrupt, which asks training to stop, would close it for good.
      out = new FileOutputStream(file.toFile(), true);
      if (torn) {
        out.write('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException("log %s: cannot be opened: %s".formatted(file, e), e);
    }
    Map<String, Object> line = line("start");
    line.put("step", trainer.step());
    line.put("total_steps", trainer.totalSteps());
    write(line);
  }

  /** A killed process may have left a line without its end. */
  private boolean endsInsideLine() throws IOException {
    if (!file.toFile().exists()) {
      return false;
    }
    try (var in = new RandomAccessFile(file.toFile(), "r")) {
      if (in.length() == 0) {
        return false;
      }
      in.seek(in.length() - 1);
      return in.read() != '\n';
    }
  }

  @Override
  public void onStep(StepEvent event) {
    if (everySteps == 0 || event.step() % everySteps != 0) {
      return;
    }
    Map<String, Object> line = line("step");
    line.put("step", event.step());
    line.put("epoch", event.epoch());
    line.put("loss", number(event.loss()));
    line.put("lr_factor", number(event.lrFactor()));
    line.put("gradient_norm", number(event.gradientNorm()));
    line.put("seconds", event.elapsed().toNanos() / 1e9);
    write(line);
  }

  @Override
  public void onEpoch(EpochEvent event) {
    Map<String, Object> line = line("epoch");
    line.put("step", event.step());
    line.put("epoch", event.epoch());
    line.put("training_loss", number(event.trainingLoss()));
    event
        .evaluation()
        .ifPresent(
            metrics -> {
              line.put("loss", number(metrics.loss()));
              line.put("top1", number(metrics.top1()));
              line.put("top5", number(metrics.top5()));
              line.put("per_class", numbers(metrics.perClass()));
            });
    line.put("seconds", event.elapsed().toNanos() / 1e9);
    write(line);
  }

  @Override
  public void onEnd(TrainingEnd end) {
    if (out == null) {
      return; // opening it is what failed
    }
    Map<String, Object> line = line("end");
    line.put("step", end.step());
    line.put("reason", end.reason().name().toLowerCase(java.util.Locale.ROOT));
    line.put("seconds", end.elapsed().toNanos() / 1e9);
    write(line);
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
    out = null;
  }

  private static Map<String, Object> line(String event) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("event", event);
    return line;
  }

  private static Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static List<Double> numbers(List<Double> values) {
    return values.stream().map(JsonLinesLog::number).toList();
  }

  private void write(Map<String, Object> line) {
    try {
      out.write((Json.write(line) + '\n').getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException("log %s: cannot be written: %s".formatted(file, e), e);
  }
}
