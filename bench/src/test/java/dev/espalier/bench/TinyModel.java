package dev.espalier.bench;

import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.file.PrunedModelFile;
import dev.espalier.tensor.Generator;
import java.nio.file.Path;
import java.util.Map;

/** A stored LeNet-300-100 that was never trained. */
final class TinyModel {
  private TinyModel() {}

  static Path write(Path folder) {
    Path file = folder.resolve("model.safetensors");
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    PrunedModelFile.write(file, module, Map.of("model", "lenet-300-100", "classes", "10"));
    module.close();
    return file;
  }
}
