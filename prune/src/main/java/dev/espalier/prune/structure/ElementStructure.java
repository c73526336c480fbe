package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Score;
import dev.espalier.prune.Structure;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every weight on its own: unstructured pruning. */
public record ElementStructure() implements Structure {
  private record Elements(PrunableWeight weight) implements GroupSet {
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

    @Override
    public Tensor scores(Score score, Aggregation aggregation) {
      return score.elements(weight.name(), "element").reshape(-1);
    }

    @Override
    public Mask alive() {
      Mask mask = weight.parameter().mask();
      Shape shape = Shape.of(count());
      return mask == null ? Mask.ones(shape) : Mask.ofWords(shape, mask.words());
    }

    @Override
    public Map<Parameter, Mask> masks(Mask keptGroups) {
      return Map.of(
          weight.parameter(), Mask.ofWords(weight.parameter().shape(), keptGroups.words()));
    }
  }

  @Override
  public String name() {
    return "element";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    List<GroupSet> sets = new ArrayList<>();
    PrunableWeight.of(module).forEach(weight -> sets.add(new Elements(weight)));
    return sets;
  }
}
