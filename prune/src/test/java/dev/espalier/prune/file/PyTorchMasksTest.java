package dev.espalier.prune.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Nets;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PyTorchMasksTest {
  private final Linear layer = new Linear(2, 3, new Generator(1));
  private final Module module = new Sequential(layer, new BatchNorm1d(3));

  PyTorchMasksTest() {
    for (Parameter parameter : module.parameters()) {
      parameter.tensor().fill(2);
    }
  }

  /** The state dict that {@code torch.nn.utils.prune} leaves of such a model. */
  private Map<String, Tensor> pruned(String... masked) {
    Map<String, Tensor> state = new LinkedHashMap<>();
    module.stateDict().forEach((name, tensor) -> state.put(name, tensor.copy()));
    for (String name : masked) {
      Tensor original = state.remove(name);
      state.put(name + "_orig", original);
      state.put(name + "_mask", alternating(original.shape()).toTensor(DType.FLOAT32));
    }
    return state;
  }

  private static Mask alternating(Shape shape) {
    return Mask.of(shape, i -> i % 2 == 0);
  }

  @Test
  void aSoftPairKeepsTheHiddenValues() {
    PyTorchMasks.load(module, pruned("0.weight", "0.bias", "1.bias"), MaskMode.SOFT);
    assertThat(layer.weight().mask()).isEqualTo(alternating(Shape.of(3, 2)));
    assertThat(layer.weight().maskMode()).isEqualTo(MaskMode.SOFT);
    assertThat(layer.weight().tensor().toDoubleArray()).containsOnly(2);
    layer.weight().clearMask();
    assertThat(layer.weight().mask()).isNull();
  }

  @Test
  void aHardPairZeroesThem() {
    PyTorchMasks.load(module, pruned("0.weight"), MaskMode.HARD);
    assertThat(layer.weight().tensor().toDoubleArray()).containsExactly(2, 0, 2, 0, 2, 0);
  }

  @ParameterizedTest
  @EnumSource(MaskMode.class)
  void outputsAreThoseOfTheMaskedModelInEitherMode(MaskMode mode) {
    PyTorchMasks.load(module, pruned("0.weight", "0.bias", "1.weight", "1.bias"), mode);
    // rows of the weight are (2, 0), biases (2, 0, 2), scales and shifts likewise
    double[] y = Nets.outputs(module, Tensor.of(Shape.of(1, 2), 3f, 100f)).toDoubleArray();
    double scale = 1 / Math.sqrt(1 + 1e-5);
    assertThat(y[0]).isCloseTo(2 * 8 * scale + 2, within(1e-5));
    assertThat(y[1]).isZero();
    assertThat(y[2]).isEqualTo(y[0]);
  }

  @Test
  void statesGoOutAsTheyCameIn() {
    Map<String, Tensor> state = pruned("0.weight", "1.bias");
    PyTorchMasks.load(module, state, MaskMode.SOFT);
    Map<String, Tensor> written = PyTorchMasks.stateDict(module);
    assertThat(written.keySet()).containsExactlyInAnyOrderElementsOf(state.keySet());
    written.forEach(
        (name, tensor) ->
            assertThat(tensor.toDoubleArray()).as(name).isEqualTo(state.get(name).toDoubleArray()));
  }

  @Test
  void masksThatTheStateDoesNotHaveAreRemoved() {
    layer.bias().setMask(Mask.zeros(Shape.of(3)), MaskMode.HARD);
    Map<String, Tensor> state = pruned("0.weight");
    state.put("0.bias", Tensor.of(Shape.of(3), 7f, 8f, 9f));
    PyTorchMasks.load(module, state, MaskMode.HARD);
    assertThat(layer.bias().mask()).isNull();
    assertThat(layer.bias().tensor().toDoubleArray()).containsExactly(7, 8, 9);
  }

  @Test
  void anIncompleteOrInconsistentPairIsRefused() {
    Map<String, Tensor> state = pruned("0.weight");
    Tensor mask = state.remove("0.weight_mask");
    assertRefused(state, "'0.weight_orig'", "there is none");
    state.put("0.weight_mask", mask.reshape(2, 3));
    assertRefused(state, "[3, 2]", "[2, 3]");
    mask.set(0.5, 0, 0);
    state.put("0.weight_mask", mask);
    assertRefused(state, "'0.weight_mask'", "0 and 1 only", "0.5");
  }

  @Test
  void aPairOfABufferIsRefused() {
    assertRefused(pruned("1.running_mean"), "no parameter '1.running_mean'");
  }

  @Test
  void aMaskWithoutOriginalIsAnUnexpectedName() {
    Map<String, Tensor> state = pruned();
    state.put("0.weight_mask", Tensor.zeros(DType.FLOAT32, Shape.of(3, 2)));
    assertRefused(state, "unexpected '0.weight_mask'");
  }

  private void assertRefused(Map<String, Tensor> state, String... said) {
    assertThatThrownBy(() -> PyTorchMasks.load(module, state, MaskMode.SOFT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(said);
  }
}
