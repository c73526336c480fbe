package dev.espalier.bench.command;

import dev.espalier.bench.study.NetworkNotes;
import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.nio.file.Path;
import java.util.Map;

/**
 * A built-in model with weights from a file.
 *
 * @param name its name among {@link Models}
 * @param classes number of outputs
 */
record StoredModel(String name, int classes, Module module) {
  static StoredModel load(Path file) {
    Map<String, String> notes = PrunedModelFile.notes(file);
    String model = notes.get(NetworkNotes.MODEL);
    String classes = notes.getOrDefault(NetworkNotes.CLASSES, "");
    if (model == null || !classes.matches("\\d{1,6}")) {
      throw new IllegalArgumentException(
          file + ": does not say which model it holds; make it with 'espalier train'");
    }
    Module module = Models.create(model, Integer.parseInt(classes), new Generator(0));
    PrunedModelFile.load(file, module);
    return new StoredModel(model, Integer.parseInt(classes), module);
  }

  void write(Path file) {
    PrunedModelFile.write(file, module, NetworkNotes.of(name, classes));
  }

  /** Random inputs, the same at every call. */
  Tensor example(int rows) {
    int[] one = Models.entry(name).input().toArray();
    int[] dims = {rows, one[0], one[1], one[2]};
    return RandomFill.normal(new Generator(1), DType.FLOAT32, Shape.of(dims), 0, 1);
  }
}
