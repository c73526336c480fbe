package dev.espalier.nn.train;

import dev.espalier.nn.Parameter;
import dev.espalier.nn.data.DataLoader;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.io.Bitmap;
import dev.espalier.tensor.io.Json;
import dev.espalier.tensor.io.JsonException;
import dev.espalier.tensor.io.SafeTensors;
import dev.espalier.tensor.io.SafeTensorsFile;
import dev.espalier.tensor.io.TensorFileException;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A {@link Checkpoint} as a safetensors file.
 *
 * <p>Tensors: {@code model/NAME} (the state dict), {@code mask/NAME} (a {@link Bitmap} of the
 * parameter's shape), {@code optimizer/NAME/KEY}. Everything else is one JSON object in the
 * metadata entry {@code espalier.checkpoint}; its members are those that {@link #describe} writes,
 * and no others are accepted.
 */
final class CheckpointFile {
  private static final String KEY = "espalier.checkpoint";
  private static final long VERSION = 1;
  private static final String MODEL = "model/";
  private static final String MASK = "mask/";
  private static final String OPTIMIZER = "optimizer/";

  private CheckpointFile() {}

  static void write(Path file, Checkpoint checkpoint) {
    try (var _ = Scope.open("checkpoint")) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      checkpoint.model().tensors().forEach((name, tensor) -> tensors.put(MODEL + name, tensor));
      checkpoint
          .model()
          .masks()
          .forEach((name, saved) -> tensors.put(MASK + name, Bitmap.pack(saved.mask())));
      checkpoint
          .optimizer()
          .tensors()
          .forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
      SafeTensors.write(file, tensors, Map.of(KEY, Json.write(describe(checkpoint))));
    }
  }

  private static Map<String, Object> describe(Checkpoint checkpoint) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("version", VERSION);
    all.put("step", checkpoint.progress().step());
    all.put("lossSum", checkpoint.progress().lossSum());
    all.put("lossCount", checkpoint.progress().lossCount());
    all.put("data", describe(checkpoint.data()));
    Map<String, Object> masks = new LinkedHashMap<>();
    checkpoint.model().masks().forEach((name, saved) -> masks.put(name, describe(saved)));
    all.put("masks", masks);
    all.put("frozen", List.copyOf(checkpoint.model().frozen()));
    all.put("denseGradient", List.copyOf(checkpoint.model().denseGradient()));
    all.put("optimizerSteps", checkpoint.optimizer().stepCounts());
    all.put("modelGenerators", describe(checkpoint.generators().ofModel()));
    all.put("generators", describe(checkpoint.generators().named()));
    all.put("settings", checkpoint.settings());
    return all;
  }

  private static Map<String, Object> describe(SavedData data) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("name", data.name());
    all.put("split", data.split());
    all.put("count", data.count());
    all.put("batchSize", data.batchSize());
    all.put("shuffle", data.shuffle());
    all.put("dropLast", data.dropLast());
    all.put("seed", data.seed());
    all.put("epoch", data.position().epoch());
    all.put("batch", data.position().batch());
    return all;
  }

  private static Map<String, Object> describe(SavedModel.SavedMask saved) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("mode", saved.mode().name().toLowerCase(Locale.ROOT));
    all.put("granularity", saved.mask().granularity().name());
    return all;
  }

  private static Map<String, Object> describe(Map<String, Generator.State> states) {
    Map<String, Object> all = new LinkedHashMap<>();
    states.forEach(
        (name, state) -> all.put(name, List.of(state.seed(), state.stream(), state.position())));
    return all;
  }

  static Checkpoint read(Path file) {
    List<Tensor> made = new ArrayList<>();
    try (SafeTensorsFile in = SafeTensors.open(file)) {
      JsonFields fields = fields(file, in);
      Map<String, Map<String, Tensor>> byKind = new LinkedHashMap<>();
      List.of(MODEL, MASK, OPTIMIZER).forEach(kind -> byKind.put(kind, new LinkedHashMap<>()));
      for (String name : in.names()) {
        int start = name.indexOf('/') + 1;
        Map<String, Tensor> kind = byKind.get(name.substring(0, start));
        if (kind == null) {
          throw refused(file, "tensor '" + name + "'", "names start with " + byKind.keySet(), name);
        }
        Tensor tensor = Scope.detach(in.tensor(name));
        made.add(tensor);
        kind.put(name.substring(start), tensor);
      }
      Map<String, Tensor> bitmaps = byKind.get(MASK);
      Checkpoint checkpoint =
          assemble(file, fields, byKind.get(MODEL), bitmaps, byKind.get(OPTIMIZER));
      bitmaps.values().forEach(Tensor::close);
      return checkpoint;
    } catch (Throwable t) {
      made.forEach(Tensor::close);
      throw t;
    }
  }

  private static JsonFields fields(Path file, SafeTensorsFile in) {
    String json = in.metadata().get(KEY);
    if (json == null) {
      throw refused(
          file, "metadata", "a checkpoint has an entry '" + KEY + "'", in.metadata().keySet());
    }
    JsonFields fields;
    try {
      fields = JsonFields.of(file, KEY, Json.parse(json));
    } catch (JsonException e) {
      throw refused(file, KEY, e.rule() + " at its byte " + e.offset(), e.actual());
    }
    long version = fields.integer("version", 0, Long.MAX_VALUE);
    if (version != VERSION) {
      throw refused(file, KEY + ".version", "this program reads version " + VERSION, version);
    }
    return fields;
  }

  private static Checkpoint assemble(
      Path file,
      JsonFields fields,
      Map<String, Tensor> model,
      Map<String, Tensor> bitmaps,
      Map<String, Tensor> optimizer) {
    SavedData data = data(fields.object("data"));
    var checkpoint =
        new Checkpoint(
            "checkpoint " + file,
            new SavedModel(
                model,
                masks(file, fields.object("masks"), model, bitmaps),
                fields.texts("frozen"),
                fields.texts("denseGradient")),
            new SavedOptimizer(optimizer, steps(fields.object("optimizerSteps"))),
            data,
            new SavedGenerators(
                generators(fields.object("modelGenerators")),
                generators(fields.object("generators"))),
            new Checkpoint.Progress(
                fields.integer("step", 0, Long.MAX_VALUE),
                fields.number("lossSum"),
                fields.integer("lossCount", 0, data.count())),
            settings(fields.object("settings")));
    fields.end();
    return checkpoint;
  }

  private static Map<String, SavedModel.SavedMask> masks(
      Path file, JsonFields fields, Map<String, Tensor> model, Map<String, Tensor> bitmaps) {
    Set<String> described = new LinkedHashSet<>(fields.names());
    if (!described.equals(bitmaps.keySet())) {
      throw refused(file, fields.path(), "one entry for each of " + bitmaps.keySet(), described);
    }
    Map<String, SavedModel.SavedMask> masks = new LinkedHashMap<>();
    for (String name : described) {
      if (!model.containsKey(name)) {
        throw refused(file, MASK + name, "a mask belongs to a tensor of the model", name);
      }
      JsonFields entry = fields.object(name);
      masks.put(name, mask(file, entry, MASK + name, bitmaps.get(name), model.get(name).shape()));
      entry.end();
    }
    return masks;
  }

  private static SavedModel.SavedMask mask(
      Path file, JsonFields fields, String name, Tensor bitmap, Shape shape) {
    Parameter.MaskMode mode = fields.choice("mode", Parameter.MaskMode.class);
    String granularity = fields.text("granularity");
    try {
      Mask bits = Bitmap.unpack(name, bitmap, shape);
      return new SavedModel.SavedMask(bits.withGranularity(Granularity.parse(granularity)), mode);
    } catch (IllegalArgumentException e) {
      throw refused(file, "tensor '" + name + "'", e.getMessage(), granularity);
    }
  }

  private static SavedData data(JsonFields fields) {
    var data =
        new SavedData(
            fields.text("name"),
            fields.text("split"),
            (int) fields.integer("count", 1, Integer.MAX_VALUE),
            (int) fields.integer("batchSize", 1, Integer.MAX_VALUE),
            fields.flag("shuffle"),
            fields.flag("dropLast"),
            fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE),
            new DataLoader.Position(
                (int) fields.integer("epoch", 0, Integer.MAX_VALUE),
                (int) fields.integer("batch", 0, Integer.MAX_VALUE)));
    fields.end();
    return data;
  }

  private static Map<String, Long> steps(JsonFields fields) {
    Map<String, Long> steps = new LinkedHashMap<>();
    fields.names().forEach(name -> steps.put(name, fields.integer(name, 0, Long.MAX_VALUE)));
    return steps;
  }

  private static Map<String, Generator.State> generators(JsonFields fields) {
    Map<String, Generator.State> states = new LinkedHashMap<>();
    for (String name : fields.names()) {
      List<Long> numbers = fields.integers(name, 3);
      if (numbers.getLast() < 0) {
        throw fields.wrong(name, "the position, last of three, must be >= 0", numbers);
      }
      states.put(name, new Generator.State(numbers.get(0), numbers.get(1), numbers.get(2)));
    }
    return states;
  }

  private static Map<String, String> settings(JsonFields fields) {
    Map<String, String> settings = new LinkedHashMap<>();
    fields.names().forEach(name -> settings.put(name, fields.text(name)));
    return settings;
  }

  private static TensorFileException refused(Path file, String field, String rule, Object actual) {
    return JsonFields.refused(file, field, rule, actual);
  }
}
