package dev.espalier.prune.file;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.BatchNorm;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.io.Bitmap;
import dev.espalier.tensor.io.SafeTensors;
import dev.espalier.tensor.io.SafeTensorsFile;
import dev.espalier.tensor.ops.Indexing;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A model's state as a safetensors file in which masked parameters take only what is kept: one bit
 * per position and one value per kept weight.
 *
 * <p>A parameter {@code w} of which a hard mask prunes anything is stored as {@code w.bitmap}
 * (uint8) and {@code w.kept} (its type), with its shape in the metadata under {@code w.shape};
 * everything else under its own name. So {@code bytes = n / 8 + 4 nnz} per pruned weight. Models
 * that surgery made smaller are stored with their smaller shapes; the metadata name residual
 * branches that are gone ({@code f.removed}), the groups that convolutions have left ({@code
 * c.groups}) and what masks are made of ({@code w.granularity}).
 */
public final class PrunedModelFile {
  private static final String FORMAT_KEY = "espalier.format";
  private static final String FORMAT = "pruned-model-1";
  private static final String BITMAP = ".bitmap";
  private static final String KEPT = ".kept";
  private static final String SHAPE = ".shape";
  private static final String GRANULARITY = ".granularity";
  private static final String NOTE = "note.";

  private PrunedModelFile() {}

  /**
   * Writes a module's state, atomically.
   *
   * @throws IllegalArgumentException if a parameter has a soft mask
   */
  public static void write(Path file, Module module) {
    write(file, module, Map.of());
  }

  /**
   * Writes a module's state and some notes (its name, how it was trained), atomically.
   *
   * @param notes kept in the file's metadata; read back by {@link #notes}
   */
  public static void write(Path file, Module module, Map<String, String> notes) {
    try (var _ = Scope.open("model file")) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      metadata.put(FORMAT_KEY, FORMAT);
      notes.forEach((key, value) -> metadata.put(NOTE + key, value));
      metadata.putAll(Architecture.metadata(module));
      Map<String, Parameter> parameters = module.namedParameters();
      module
          .stateDict()
          .forEach(
              (name, tensor) -> {
                Parameter parameter = parameters.get(name);
                if (parameter != null && isPruned(name, parameter)) {
                  tensors.put(name + BITMAP, Bitmap.pack(parameter.mask()));
                  tensors.put(name + KEPT, kept(parameter));
                  metadata.put(name + SHAPE, parameter.shape().toString());
                  metadata.put(name + GRANULARITY, parameter.mask().granularity().name());
                } else {
                  tensors.put(name, tensor);
                }
              });
      SafeTensors.write(file, tensors, metadata);
    }
  }

  private static boolean isPruned(String name, Parameter parameter) {
    Mask mask = parameter.mask();
    if (mask == null || mask.kept() == mask.size()) {
      return false;
    }
    if (parameter.maskMode() == Parameter.MaskMode.SOFT) {
      throw new IllegalArgumentException(
          "model file: '%s' has a soft mask, whose hidden values have no place here; harden() it, or write PyTorchMasks.stateDict(module)"
              .formatted(name));
    }
    return true;
  }

  private static Tensor kept(Parameter parameter) {
    Tensor rows = parameter.tensor().reshape(-1, 1);
    long[] positions = Arrays.stream(parameter.mask().positions()).asLongStream().toArray();
    return Indexing.gatherRows(rows, Tensor.of(Shape.of(positions.length), positions)).reshape(-1);
  }

  /** The notes that were written with a model. */
  public static Map<String, String> notes(Path file) {
    try (SafeTensorsFile in = SafeTensors.open(file)) {
      Map<String, String> notes = new LinkedHashMap<>();
      in.metadata()
          .forEach(
              (key, value) -> {
                if (key.startsWith(NOTE)) {
                  notes.put(key.substring(NOTE.length()), value);
                }
              });
      return notes;
    }
  }

  /** Size of the file that {@link #write} makes. */
  public static long bytes(Module module) {
    try {
      Path file = Files.createTempFile("espalier", ".safetensors");
      try {
        write(file, module);
        return Files.size(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "model file: cannot measure the size in the temporary folder", e);
    }
  }

  /**
   * Loads a file into a module of the same architecture; parameters and batch-norm statistics take
   * the file's shapes, and residual branches that it lacks go, so that a model which surgery made
   * smaller can be loaded into a fresh one. Masks are those of the file afterwards.
   *
   * @throws IllegalArgumentException naming the file and everything that is missing, unexpected,
   *     larger than the module's own or inconsistent; the module is unchanged then
   */
  public static void load(Path file, Module module) {
    try (var _ = Scope.open("model file");
        SafeTensorsFile in = SafeTensors.open(file)) {
      var architecture = Architecture.of(in.metadata(), module);
      checkFits(file, shapes(file, in), module, architecture);
      Map<String, Tensor> state = new LinkedHashMap<>();
      Map<String, Mask> masks = new LinkedHashMap<>();
      for (String name : in.names()) {
        if (isBitmap(in, name)) {
          Shape shape = shape(file, stem(name), in.metadata().get(stem(name) + SHAPE));
          Mask mask = Bitmap.unpack(file + ": " + name, in.tensor(name), shape);
          masks.put(stem(name), withGranularity(file, stem(name), in, mask));
          state.put(stem(name), spread(file, stem(name), in, mask));
        } else if (!isKept(in, name)) {
          state.put(name, in.tensor(name));
        }
      }
      architecture.apply();
      module.parameters().forEach(Parameter::clearMask);
      takeShapes(module, state);
      module.loadStateDict(state);
      Map<String, Parameter> parameters = module.namedParameters();
      masks.forEach((name, mask) -> parameters.get(name).setMask(mask, Parameter.MaskMode.HARD));
    }
  }

  /** The shapes of the state that the file holds, from its header alone. */
  private static Map<String, Shape> shapes(Path file, SafeTensorsFile in) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String name : in.names()) {
      if (isBitmap(in, name)) {
        shapes.put(stem(name), shape(file, stem(name), in.metadata().get(stem(name) + SHAPE)));
      } else if (!isKept(in, name)) {
        shapes.put(name, in.shape(name));
      }
    }
    return shapes;
  }

  /** Comes before any allocation: nothing that fits is larger than the module already is. */
  private static void checkFits(
      Path file, Map<String, Shape> shapes, Module module, Architecture architecture) {
    Map<String, Tensor> mine = module.stateDict();
    mine.keySet().removeIf(architecture::isRemoved);
    List<String> problems = new ArrayList<>(architecture.problems(shapes));
    mine.forEach(
        (name, tensor) -> {
          Shape given = shapes.get(name);
          if (given == null) {
            problems.add("missing '%s' %s".formatted(name, tensor.shape()));
          } else if (!fits(given, tensor.shape())) {
            problems.add("'%s' %s does not fit into %s".formatted(name, given, tensor.shape()));
          }
        });
    shapes.keySet().stream()
        .filter(name -> !mine.containsKey(name))
        .forEach(name -> problems.add("unexpected '%s'".formatted(name)));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("%s: %s".formatted(file, String.join("; ", problems)));
    }
  }

  private static boolean fits(Shape small, Shape large) {
    return small.rank() == large.rank()
        && IntStream.range(0, small.rank()).allMatch(axis -> small.dim(axis) <= large.dim(axis));
  }

  private static boolean isBitmap(SafeTensorsFile in, String name) {
    return name.endsWith(BITMAP) && in.metadata().containsKey(stem(name) + SHAPE);
  }

  private static boolean isKept(SafeTensorsFile in, String name) {
    return name.endsWith(KEPT)
        && in.names().contains(name.substring(0, name.length() - KEPT.length()) + BITMAP);
  }

  private static String stem(String bitmapName) {
    return bitmapName.substring(0, bitmapName.length() - BITMAP.length());
  }

  private static Tensor spread(Path file, String name, SafeTensorsFile in, Mask mask) {
    if (!in.names().contains(name + KEPT) || in.shape(name + KEPT).size() != mask.kept()) {
      throw new IllegalArgumentException(
          "%s: '%s%s' must hold the %d values that the bitmap keeps"
              .formatted(file, name, KEPT, mask.kept()));
    }
    Tensor values = in.tensor(name + KEPT).reshape(-1, 1);
    Tensor dense = Tensor.full(values.dtype(), Shape.of(mask.size(), 1), 0);
    long[] positions = Arrays.stream(mask.positions()).asLongStream().toArray();
    Indexing.scatterAddRows(values, Tensor.of(Shape.of(positions.length), positions), dense);
    return dense.reshape(mask.shape());
  }

  private static Mask withGranularity(Path file, String name, SafeTensorsFile in, Mask mask) {
    String granularity = in.metadata().get(name + GRANULARITY);
    try {
      return granularity == null ? mask : mask.withGranularity(Granularity.parse(granularity));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: metadata '%s%s': %s".formatted(file, name, GRANULARITY, e.getMessage()), e);
    }
  }

  private static Shape shape(Path file, String name, String text) {
    if (!text.matches("\\[\\d{1,9}(, \\d{1,9}){0,7}]")) {
      throw new IllegalArgumentException(
          "%s: metadata '%s%s' is no shape: %s".formatted(file, name, SHAPE, text));
    }
    String[] parts = text.substring(1, text.length() - 1).split(", ");
    return Shape.of(Arrays.stream(parts).mapToInt(Integer::parseInt).toArray());
  }

  /** Gives parameters and statistics the shapes of the file. */
  private static void takeShapes(Module module, Map<String, Tensor> state) {
    module
        .namedParameters()
        .forEach(
            (name, parameter) -> {
              Tensor given = state.get(name);
              if (!given.shape().equals(parameter.shape())) {
                parameter.replace(Tensor.full(parameter.dtype(), given.shape(), 0));
              }
            });
    module
        .namedModules()
        .forEach(
            (name, part) -> {
              if (part instanceof BatchNorm norm
                  && !norm.runningMean().shape().equals(norm.weight().shape())) {
                Shape shape = norm.weight().shape();
                norm.replaceStatistics(
                    Tensor.zeros(DType.FLOAT32, shape), Tensor.full(DType.FLOAT32, shape, 1));
              }
            });
  }
}
