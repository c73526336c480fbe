package dev.espalier.tensor.ops;

import dev.espalier.tensor.Device;
import dev.espalier.tensor.ops.CrossoverProbe.Case;
import dev.espalier.tensor.ops.CrossoverProbe.Measurement;
import dev.espalier.tensor.ops.CrossoverProbe.Settings;
import dev.espalier.tensor.sparse.Crossover;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** What a tuning command does with a {@link CrossoverProbe}, telling people as it goes on. */
public final class CrossoverTuning {
  /** Between those of {@link Settings#STANDARD}. */
  private static final List<Double> BETWEEN =
      List.of(0.03, 0.07, 0.12, 0.17, 0.25, 0.35, 0.45, 0.6);

  private static final double SLOWER_AT_MOST = 0.03;

  private final List<Case> layers;
  private final PrintWriter text;
  private final CrossoverProbe probe;

  /**
   * @param text gets a line for each measurement
   */
  public CrossoverTuning(Settings settings, Device device, List<Case> layers, PrintWriter text) {
    this.layers = layers;
    this.text = text;
    probe = new CrossoverProbe(settings, device, this::say);
  }

  /** Measures a table and writes it, with notes (machine, date, command) as comments. */
  public void measure(List<String> notes, Path file) {
    begin();
    Crossover table = probe.measure(layers);
    CrossoverProbe.write(table, notes, file);
    say("%d rules written to %s".formatted(table.rules().size(), file));
  }

  /** How many choices of a table are more than 3 % slower than the dense kernel; names them. */
  public int check(Crossover table) {
    begin();
    List<Measurement> losses = probe.losses(table, layers, BETWEEN, SLOWER_AT_MOST);
    text.println();
    say(
        "slower than dense by more than %.0f %%: %d"
            .formatted(100 * SLOWER_AT_MOST, losses.size()));
    losses.forEach(this::say);
    return losses.size();
  }

  private void begin() {
    say("%d layers, up to four products each".formatted(layers.size()));
  }

  private void say(Object line) {
    text.println(line);
    text.flush();
  }
}
