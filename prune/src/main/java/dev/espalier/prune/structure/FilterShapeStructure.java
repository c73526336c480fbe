package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same position (c, i, j) of all filters W[:, c, i, j] of a convolution lives or dies together:
 * a column of the matrix view, so that the filters of a layer see the same shape of their input.
 *
 * <p>Groups are columns, N×1 with N all rows. Linear layers, whose columns are input channels, are
 * left alone. Source: W. Wen, C. Wu, Y. Wang, Y. Chen, H. Li, Learning Structured Sparsity in Deep
 * Neural Networks (2016), "shape-wise".
 */
public record FilterShapeStructure() implements Structure {
  @Override
  public String name() {
    return "filter-shape";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return WeightStructures.groups(
        name(), module, FilterShapeStructure::refusal, FilterShapeStructure::columns);
  }

  private static GroupSet columns(PrunableWeight weight) {
    return WeightGroups.tiles(
        weight, new Granularity.ColumnVector(weight.parameter().shape().dim(0)));
  }

  private static Optional<String> refusal(Shape shape) {
    return shape.rank() == 4
        ? Optional.empty()
        : Optional.of(
            "filter shapes are those of a convolution's [O, I, kh, kw] but the shape is " + shape);
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return WeightStructures.leftAlone(module, FilterShapeStructure::refusal);
  }
}
