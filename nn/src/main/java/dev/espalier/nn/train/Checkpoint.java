package dev.espalier.nn.train;

import dev.espalier.nn.Module;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A copy of everything that training depends on between two steps, so that it can continue bit for
 * bit: model and masks, optimiser state, generators, place in the data, step.
 *
 * <p>One safetensors file; see {@link CheckpointFile}. The learning-rate schedule is a pure
 * function of the step and needs no state. What the program itself sets up (architecture,
 * hyper-parameters, data, seeds) is not stored but compared where it can be: a checkpoint is
 * refused where it does not fit.
 */
public final class Checkpoint implements AutoCloseable {
  /**
   * How far training is.
   *
   * @param step steps taken
   * @param lossSum sum of the losses of the current epoch's examples so far
   * @param lossCount how many they are
   */
  public record Progress(long step, double lossSum, long lossCount) {}

  private final String origin;
  private final SavedModel model;
  private final SavedOptimizer optimizer;
  private final SavedData data;
  private final SavedGenerators generators;
  private final Progress progress;
  private final Map<String, String> settings;

  Checkpoint(
      String origin,
      SavedModel model,
      SavedOptimizer optimizer,
      SavedData data,
      SavedGenerators generators,
      Progress progress,
      Map<String, String> settings) {
    this.origin = origin;
    this.model = model;
    this.optimizer = optimizer;
    this.data = data;
    this.generators = generators;
    this.progress = progress;
    this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /**
   * Copies the state of a training between two steps.
   *
   * @param generators generators besides those of the model's modules, by name
   * @param settings free text to keep with it
   */
  public static Checkpoint capture(
      Module model,
      Optimizer optimizer,
      DataLoader data,
      Map<String, Generator> generators,
      Progress progress,
      Map<String, String> settings) {
    return new Checkpoint(
        "checkpoint",
        SavedModel.of(model),
        SavedOptimizer.of(optimizer),
        SavedData.of(data),
        SavedGenerators.of(model, generators),
        progress,
        settings);
  }

  /**
   * Reads a file.
   *
   * @throws dev.espalier.tensor.io.TensorFileException if its contents break a rule; the field is
   *     named
   * @throws java.io.UncheckedIOException if it cannot be read
   */
  public static Checkpoint read(Path file) {
    return CheckpointFile.read(file);
  }

  /**
   * Writes a file, atomically: whatever happens, the old contents or the new ones are there.
   *
   * @throws java.io.UncheckedIOException if writing fails
   */
  public void write(Path file) {
    CheckpointFile.write(file, this);
  }

  /** Steps taken when it was made. */
  public long step() {
    return progress.step();
  }

  /** How far training was. */
  public Progress progress() {
    return progress;
  }

  /** Where the next batch was. */
  public DataLoader.Position position() {
    return data.position();
  }

  /** The free text kept with it. */
  public Map<String, String> settings() {
    return settings;
  }

  /** The model's state dict; the tensors are this checkpoint's own. */
  public Map<String, Tensor> stateDict() {
    return Collections.unmodifiableMap(model.tensors());
  }

  /**
   * Gives a model its saved values and masks, for evaluation or pruning.
   *
   * @throws IllegalArgumentException listing every difference in names, shapes and types; nothing
   *     is changed then
   */
  public void restoreInto(Module target) {
    refuse(model.differences(target));
    model.restoreInto(target);
  }

  /**
   * Puts a training back to where it was.
   *
   * @throws IllegalArgumentException listing every difference; nothing is changed then
   */
  public void restoreInto(
      Module target,
      Optimizer targetOptimizer,
      DataLoader targetData,
      Map<String, Generator> targetGenerators) {
    List<String> differences = new ArrayList<>(model.differences(target));
    differences.addAll(optimizer.differences(targetOptimizer));
    differences.addAll(data.differences(targetData));
    differences.addAll(generators.differences(target, targetGenerators));
    refuse(differences);
    model.restoreInto(target);
    optimizer.restoreInto(targetOptimizer); // after the masks, which it applies to the state
    generators.restoreInto(target, targetGenerators);
    targetData.seek(data.position());
  }

  private void refuse(List<String> differences) {
    if (!differences.isEmpty()) {
      String listed =
          String.join("; ", differences).replaceAll("\\p{Cntrl}", "?"); // names of a file
      throw new IllegalArgumentException(
          "%s: does not fit this training: %s".formatted(this, listed));
    }
  }

  SavedModel model() {
    return model;
  }

  SavedOptimizer optimizer() {
    return optimizer;
  }

  SavedData data() {
    return data;
  }

  SavedGenerators generators() {
    return generators;
  }

  /** Frees the copies. */
  @Override
  public void close() {
    model.tensors().values().forEach(Tensor::close);
    optimizer.tensors().values().forEach(Tensor::close);
  }

  @Override
  public String toString() {
    return origin + " (step " + progress.step() + ')';
  }
}
