package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * N:M: of every m neighbouring weights of a row the n of largest score stay, the same ones in all
 * rows that share a pattern (there the sums of their scores rank). The density is fixed at n / m.
 *
 * <p>Layers that are not divisible into such groups, such as first convolutions of 3·3·3 inputs,
 * are left alone. Source: A. Mishra et al., Accelerating Sparse Deep Neural Networks (2021).
 *
 * @param granularity n, m, and how many rows share a pattern
 */
public record NmStructure(Granularity.NOfM granularity) implements Structure {
  private record Elements(PrunableWeight weight, Granularity.NOfM granularity) implements GroupSet {
    @Override
    public String name() {
      return weight.name();
    }

    @Override
    public int count() {
      return Math.toIntExact(weight.parameter().tensor().size());
    }

    @Override
    public Place place() {
      return weight.place();
    }

    /** One for the n best of each m, zero for the others: the share n / m of the ranking. */
    @Override
    public Tensor scores(Score score, Aggregation aggregation) {
      String structure = "nm-" + granularity.name();
      if (granularity.rows() > 1 && aggregation != Aggregation.SUM) {
        throw new IllegalArgumentException(
            "structure '%s': rows of one pattern are ranked by the sum of their scores, not by '%s'"
                .formatted(structure, aggregation.label()));
      }
      return Mask.keepLargestPerGroup(score.elements(weight.name(), structure), granularity)
          .toTensor(DType.FLOAT32)
          .reshape(-1);
    }

    /** All: each group's choice stands, and what is pruned in it already stays so. */
    @Override
    public Mask alive() {
      return Mask.ones(Shape.of(count()));
    }

    @Override
    public Map<Parameter, Mask> masks(Mask keptGroups) {
      Mask mask = Mask.ofWords(weight.parameter().shape(), keptGroups.words());
      return Map.of(
          weight.parameter(),
          mask.conformsTo(granularity) ? mask.withGranularity(granularity) : mask);
    }
  }

  @Override
  public String name() {
    return "nm-" + granularity.name();
  }

  @Override
  public OptionalDouble fixedDensity() {
    return OptionalDouble.of((double) granularity.n() / granularity.m());
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    return WeightStructures.groups(
        name(), module, granularity::refusal, weight -> new Elements(weight, granularity));
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    return WeightStructures.leftAlone(module, granularity::refusal);
  }
}
