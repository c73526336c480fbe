package dev.espalier.prune.surgery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Embedding;
import dev.espalier.nn.layer.GELU;
import dev.espalier.nn.layer.LayerNorm;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MultiHeadAttention;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.Structure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.HeadStructure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionSurgeryTest {
  private static final Tensor TOKENS = Tensor.of(Shape.of(2, 3), 0L, 1, 2, 4, 3, 0);
  private final Embedding table = new Embedding(5, 8, new Generator(1));
  private final MultiHeadAttention attention = new MultiHeadAttention(8, 4, true, new Generator(2));
  private final Module model =
      Nets.disturbed(
          new Sequential(
              table,
              new Residual(new Sequential(new LayerNorm(8), attention), null),
              new LayerNorm(8),
              new Linear(8, 3, new Generator(3))));

  private void mask(Structure structure, Mask kept) {
    structure
        .groups(model, TOKENS)
        .getFirst()
        .masks(kept)
        .forEach((parameter, mask) -> parameter.setMask(mask, MaskMode.HARD));
  }

  @Test
  void headsGoWithTheirRowsAndColumns() {
    mask(new HeadStructure(), Mask.of(Shape.of(4), false, true, true, false));
    Tensor masked = Nets.outputs(model, TOKENS);
    Surgery.shrink(model, TOKENS);
    assertThat(attention.heads()).isEqualTo(2);
    assertThat(attention.inProjWeight().shape()).isEqualTo(Shape.of(12, 8));
    assertThat(attention.outProj().weight().shape()).isEqualTo(Shape.of(8, 4));
    Nets.assertClose(Nets.outputs(model, TOKENS), masked, 1e-5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"head-magnitude", "neuron-magnitude", "branch-magnitude"})
  void methodsOfWholeThingsEndInASmallerModel(String name) {
    var feedForward =
        new Sequential(
            new LayerNorm(8),
            new Linear(8, 6, new Generator(4)),
            new GELU(),
            new Linear(6, 8, new Generator(5)));
    Module module =
        Nets.disturbed(
            new Sequential(
                model,
                new Linear(3, 8, new Generator(6)),
                new Residual(feedForward, null),
                new Linear(8, 2, new Generator(7))));
    Method method = Methods.get(name);
    new Pruner(module, method, TOKENS, new Generator(1)).pruneToDensity(0.5);
    assertThat(method.structure().groups(module, TOKENS).getFirst().alive().density())
        .isEqualTo(0.5);
    Tensor masked = Nets.outputs(module, TOKENS);
    long kept = Nets.kept(module);
    Surgery.shrink(module, TOKENS);
    assertThat(Nets.parameters(module)).isEqualTo(kept);
    Nets.assertClose(Nets.outputs(module, TOKENS), masked, 1e-5);
  }

  @Test
  void aFeatureOfTheWholeModelGoesEverywhere() {
    mask(new FilterStructure(), Mask.of(Shape.of(8), channel -> channel % 3 != 0));
    Tensor masked = Nets.outputs(model, TOKENS);
    Surgery.shrink(model, TOKENS);
    assertThat(table.weight().shape()).isEqualTo(Shape.of(5, 5));
    assertThat(attention.inProjWeight().shape()).isEqualTo(Shape.of(24, 5));
    assertThat(attention.outProj().weight().shape()).isEqualTo(Shape.of(5, 8));
    assertThat(model.children().get("2")).hasToString("LayerNorm(5 of 8)");
    Nets.assertClose(Nets.outputs(model, TOKENS), masked, 1e-5);
    mask(new FilterStructure(), Mask.of(Shape.of(5), channel -> channel != 1));
    Tensor again = Nets.outputs(model, TOKENS);
    Surgery.shrink(model, TOKENS);
    assertThat(model.children().get("2")).hasToString("LayerNorm(4 of 8)");
    Nets.assertClose(Nets.outputs(model, TOKENS), again, 1e-5);
  }
}
