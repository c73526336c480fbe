package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MultiHeadAttention;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Score;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Filters, input channels, neurons and heads: which channels each takes, and by which scores. */
class ChannelStructuresTest {
  private static final int SIZE = 6;
  private final Conv2d conv = new Conv2d(1, 2, 1, ConvSpec.of(1, 0), new Generator(1));
  private final Linear hidden = new Linear(8, 3, new Generator(2));
  private final Module image =
      new Sequential(conv, new Flatten(), hidden, new ReLU(), new Linear(3, 2, new Generator(3)));
  private final Tensor pixels = Nets.inputs(Shape.of(1, 2, 2), 1);

  private final MultiHeadAttention attention =
      new MultiHeadAttention(SIZE, 3, false, new Generator(4));
  private final Module sequence =
      new Sequential(
          new Linear(5, SIZE, new Generator(5)), attention, new Linear(SIZE, 2, new Generator(6)));
  private final Tensor words = Nets.inputs(Shape.of(4, 5), 1);

  private static List<String> names(Structure structure, Module module, Tensor example) {
    return structure.groups(module, example).stream().map(GroupSet::name).toList();
  }

  /** One for every element of every weight. */
  private static Score ones(Module module) {
    Map<String, Tensor> scores = new LinkedHashMap<>();
    module
        .namedParameters()
        .forEach((name, p) -> scores.put(name, Tensor.full(p.dtype(), p.shape(), 1)));
    return new Score.Elements("test", scores);
  }

  private static double[] scores(GroupSet set, Score score) {
    return set.scores(score, Aggregation.SUM).toDoubleArray();
  }

  @Test
  void filtersAreAllChannelsButHeads() {
    assertThat(names(new FilterStructure(), image, pixels)).containsExactly("0.weight", "2.weight");
    assertThat(names(new FilterStructure(), sequence, words))
        .containsExactly("0.weight", "1.out_proj.weight");
    assertThat(new FilterStructure().leftAlone(sequence, words))
        .containsEntry("1.in_proj_weight", "are attention heads");
  }

  @Test
  void neuronsAreThoseOfLinearLayers() {
    assertThat(names(new NeuronStructure(), image, pixels)).containsExactly("2.weight");
    assertThat(new NeuronStructure().leftAlone(image, pixels))
        .containsEntry("0.weight", "is made by a convolution")
        .containsEntry("4.weight", "the model's output");
  }

  @Test
  void inputChannelsAreJudgedByWhatReadsThem() {
    GroupSet set = new InputChannelStructure().groups(image, pixels).getFirst();
    Score scores = ones(image);
    assertThat(scores(set, scores)).as("4 pixels, 3 rows").containsExactly(12, 12);
    assertThat(scores(new FilterStructure().groups(image, pixels).getFirst(), scores))
        .as("one weight and one bias")
        .containsExactly(2, 2);
    assertThat(set.masks(Mask.of(Shape.of(2), true, false)))
        .containsOnlyKeys(conv.weight(), conv.bias(), hidden.weight());
  }

  @Test
  void aHeadIsRowsOfTheProjectionsAndColumnsOfTheOutput() {
    GroupSet set = new HeadStructure().groups(sequence, words).getFirst();
    assertThat(set.count()).isEqualTo(3);
    // 3 · 2 rows of 6 weights and a bias each, and 2 columns of 6
    assertThat(scores(set, ones(sequence))).containsExactly(54, 54, 54);
    Map<Parameter, Mask> masks = set.masks(Mask.of(Shape.of(3), true, false, true));
    assertThat(masks)
        .containsOnlyKeys(
            attention.inProjWeight(), attention.inProjBias(), attention.outProj().weight());
    assertThat(masks.get(attention.inProjBias()).complement().positions())
        .containsExactly(2, 3, 8, 9, 14, 15);
    assertThat(masks.get(attention.outProj().weight()).complement().positions())
        .startsWith(2, 3, 8, 9)
        .hasSize(12);
  }

  @Test
  void modelsWithoutTheKindAreRefused() {
    assertThatThrownBy(() -> new HeadStructure().groups(image, pixels))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("head pruning", "'0.weight' is no attention head");
    assertThatThrownBy(() -> new NeuronStructure().groups(new Sequential(conv, new ReLU()), pixels))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neuron pruning");
  }
}
