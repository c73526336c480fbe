package dev.espalier.prune.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.surgery.ChannelGraph;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.io.Bitmap;
import dev.espalier.tensor.io.SafeTensors;
import dev.espalier.tensor.sparse.Mask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrunedModelFileTest {
  private static final Mask MASK = Mask.of(Shape.of(2, 8), i -> i == 3 || i == 15);

  private final Linear first = new Linear(8, 2, new Generator(1));
  private final Module small = new Sequential(first, new ReLU(), Nets.linear(2, 1, 5, 6));
  private Path file;

  @BeforeEach
  void chooseFile(@TempDir Path folder) {
    file = folder.resolve("model.safetensors");
    first.weight().setMask(MASK, MaskMode.HARD);
  }

  private static Module fresh() {
    return new Sequential(
        new Linear(8, 2, new Generator(9)), new ReLU(), new Linear(2, 1, false, new Generator(9)));
  }

  private static void prune(Module module, String model, String method) {
    new Pruner(module, Methods.get(method), Nets.inputs(model, 1), new Generator(2))
        .pruneToDensity(0.2);
  }

  /** Writes the small model's file with something changed. */
  private void tampered(
      Consumer<Map<String, Tensor>> tensors, Consumer<Map<String, String>> texts) {
    PrunedModelFile.write(file, small);
    Map<String, Tensor> changed = new LinkedHashMap<>();
    Map<String, String> metadata;
    try (var in = SafeTensors.open(file)) {
      in.names().forEach(name -> changed.put(name, in.tensor(name).copy()));
      metadata = new LinkedHashMap<>(in.metadata());
    }
    tensors.accept(changed);
    texts.accept(metadata);
    SafeTensors.write(file, changed, metadata);
  }

  private void assertRefused(String... said) {
    Module module = fresh();
    Parameter weight = module.namedParameters().get("0.weight");
    weight.setMask(Mask.of(weight.shape(), i -> i % 2 == 0), MaskMode.HARD);
    double[] before = weight.tensor().toDoubleArray();
    assertThatThrownBy(() -> PrunedModelFile.load(file, module))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(said);
    assertThat(weight.tensor().toDoubleArray()).isEqualTo(before);
    assertThat(weight.mask().kept()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"global-magnitude", "filter-magnitude"})
  void aMaskedModelComesBackWithItsMasksAndOutputs(String method) {
    Module module = Nets.zoo("resnet-8");
    prune(module, "resnet-8", method);
    PrunedModelFile.write(file, module);
    Module loaded = Models.create("resnet-8", 10, new Generator(3));
    PrunedModelFile.load(file, loaded);
    Map<String, Parameter> parameters = loaded.namedParameters();
    module
        .namedParameters()
        .forEach((name, p) -> assertThat(parameters.get(name).mask()).as(name).isEqualTo(p.mask()));
    Tensor x = Nets.inputs("resnet-8", 2);
    assertThat(Nets.outputs(loaded, x).toDoubleArray())
        .isEqualTo(Nets.outputs(module, x).toDoubleArray());
  }

  @Test
  void aModelThatSurgeryMadeSmallerLoadsIntoAFreshOne() {
    Module module = Nets.zoo("resnet-8");
    Tensor x = Nets.inputs("resnet-8", 2);
    prune(module, "resnet-8", "filter-magnitude");
    Surgery.shrink(module, x);
    PrunedModelFile.write(file, module);
    Module loaded = Models.create("resnet-8", 10, new Generator(3));
    PrunedModelFile.load(file, loaded);
    assertThat(Nets.parameters(loaded)).isEqualTo(Nets.parameters(module));
    assertThat(Nets.outputs(loaded, x).toDoubleArray())
        .isEqualTo(Nets.outputs(module, x).toDoubleArray());
  }

  private static Module mixed(int seed) {
    var generator = new Generator(seed);
    var spec = ConvSpec.of(1, 0);
    return new Sequential(
        new Conv2d(1, 4, 1, spec, generator),
        new Residual(new Conv2d(4, 4, 1, spec, generator), null),
        new Conv2d(4, 4, 1, spec.withGroups(4), generator),
        new Flatten(),
        new Linear(16, 2, generator));
  }

  @Test
  void branchesAndGroupsThatSurgeryRemovedAreGoneInAFreshOneToo() {
    Module module = mixed(1);
    Tensor x = Nets.inputs(Shape.of(1, 2, 2), 2);
    for (ChannelSpace space : ChannelGraph.of(module, x)) {
      if (space.prunable()) {
        for (var member : space.members()) {
          Mask kept = Mask.of(Shape.of(4), channel -> channel < 3);
          member.parameter().setMask(member.mask(kept), MaskMode.HARD);
        }
      }
    }
    module
        .namedParameters()
        .forEach(
            (name, p) -> {
              if (name.startsWith("1.body")) {
                p.setMask(Mask.zeros(p.shape()), MaskMode.HARD);
              }
            });
    Surgery.shrink(module, x);
    PrunedModelFile.write(file, module);
    Module loaded = mixed(2);
    PrunedModelFile.load(file, loaded);
    assertThat(loaded.namedParameters().keySet()).isEqualTo(module.namedParameters().keySet());
    assertThat(((Conv2d) loaded.children().get("2")).spec().groups()).isEqualTo(3);
    assertThat(Nets.outputs(loaded, x).toDoubleArray())
        .isEqualTo(Nets.outputs(module, x).toDoubleArray());
    Map<String, String> texts = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (var in = SafeTensors.open(file)) {
      in.names().forEach(name -> tensors.put(name, in.tensor(name).copy()));
      texts.putAll(in.metadata());
    }
    texts.put("2.groups", "2");
    SafeTensors.write(file, tensors, texts);
    assertThatThrownBy(() -> PrunedModelFile.load(file, mixed(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("2.groups", "is 2, which is no number of groups");
  }

  @Test
  void aPrunedWeightTakesOneBitPerPositionAndItsKeptValues() throws IOException {
    Module module = Nets.zoo("lenet-300-100");
    long dense = PrunedModelFile.bytes(module);
    prune(module, "lenet-300-100", "layer-magnitude");
    long pruned = PrunedModelFile.bytes(module);
    long saved = 0;
    for (Parameter parameter : module.parameters()) {
      if (parameter.mask() != null && parameter.mask().density() < 1) {
        long size = parameter.mask().size();
        saved += 4 * (size - parameter.mask().kept()) - (size + 7) / 8;
      }
    }
    assertThat(dense - pruned).isBetween(saved - 600, saved + 600); // the headers differ
    PrunedModelFile.write(file, module);
    assertThat(Files.size(file)).isEqualTo(pruned);
  }

  @Test
  void masksOfTheModuleGiveWayToThoseOfTheFile() {
    PrunedModelFile.write(file, small);
    Module loaded = fresh();
    for (Parameter parameter : loaded.parameters()) {
      parameter.setMask(Mask.of(parameter.shape(), i -> i == 0), MaskMode.HARD);
    }
    PrunedModelFile.load(file, loaded);
    assertThat(loaded.namedParameters().get("0.weight").mask()).isEqualTo(MASK);
    assertThat(loaded.namedParameters().get("2.weight").mask()).isNull();
    assertThat(loaded.namedParameters().get("2.weight").tensor().toDoubleArray())
        .containsExactly(5, 6);
  }

  @Test
  void aMaskThatPrunesLittleIsKeptToo() {
    first.weight().setMask(Mask.of(Shape.of(2, 8), i -> i != 5), MaskMode.HARD);
    PrunedModelFile.write(file, small);
    Module loaded = fresh();
    PrunedModelFile.load(file, loaded);
    assertThat(loaded.namedParameters().get("0.weight").mask()).isEqualTo(first.weight().mask());
  }

  @Test
  void aSoftMaskIsRefusedByName() {
    first.weight().setMask(MASK, MaskMode.SOFT);
    assertThatThrownBy(() -> PrunedModelFile.write(file, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'0.weight'", "soft mask", "harden()");
    assertThat(file).doesNotExist();
  }

  @Test
  void notesComeBack() {
    PrunedModelFile.write(file, small, Map.of("model", "small", "classes", "1"));
    assertThat(PrunedModelFile.notes(file))
        .containsExactlyInAnyOrderEntriesOf(Map.of("model", "small", "classes", "1"));
  }

  @Test
  void aPlainStateDictLoadsToo() {
    SafeTensors.write(file, small.stateDict());
    Module loaded = fresh();
    PrunedModelFile.load(file, loaded);
    assertThat(loaded.stateDict().get("0.weight").toDoubleArray())
        .isEqualTo(first.weight().tensor().toDoubleArray());
  }

  @Test
  void missingAndUnexpectedNamesAreListed() {
    tampered(tensors -> tensors.put("extra", tensors.remove("0.bias")), _ -> {});
    assertRefused("missing '0.bias' [2]", "unexpected 'extra'");
  }

  @Test
  void aShapeLargerThanTheModelIsRefusedBeforeItIsAllocated() {
    tampered(_ -> {}, texts -> texts.put("0.weight.shape", "[999999999, 8]"));
    assertRefused("'0.weight' [999999999, 8] does not fit into [2, 8]");
    tampered(_ -> {}, texts -> texts.put("0.weight.shape", "[16]"));
    assertRefused("'0.weight' [16] does not fit into [2, 8]");
    tampered(tensors -> tensors.put("0.bias", Tensor.zeros(DType.FLOAT32, Shape.of(3))), _ -> {});
    assertRefused("'0.bias' [3] does not fit into [2]");
  }

  @Test
  void aShapeThatIsNoneIsRefused() {
    for (String text : List.of("", "[2, 8", "[2, -8]", "[99999999999]", "2, 8")) {
      tampered(_ -> {}, texts -> texts.put("0.weight.shape", text));
      assertRefused("0.weight.shape", "is no shape");
    }
  }

  @Test
  void aBitmapOfAnotherSizeOrWithBitsBehindItsEndIsRefused() {
    tampered(
        tensors -> tensors.put("0.weight.bitmap", Tensor.zeros(DType.UINT8, Shape.of(3))), _ -> {});
    assertRefused("0.weight.bitmap", "2 bytes", "not 3");
    Tensor full = Bitmap.pack(Mask.ones(Shape.of(16)));
    tampered(
        tensors -> tensors.put("0.weight.bitmap", full),
        texts -> texts.put("0.weight.shape", "[2, 7]"));
    assertRefused("0.weight.bitmap", "behind the last element");
  }

  @Test
  void keptValuesMustBeAsManyAsTheBitmapKeeps() {
    tampered(
        tensors -> tensors.put("0.weight.kept", Tensor.zeros(DType.FLOAT32, Shape.of(3))), _ -> {});
    assertRefused("0.weight.kept", "2 values");
    tampered(tensors -> tensors.remove("0.weight.kept"), _ -> {});
    assertRefused("0.weight.kept", "2 values");
  }
}
