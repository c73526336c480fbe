package dev.espalier.prune.structure;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.prune.Aggregation;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Place;
import dev.espalier.prune.Score;
import dev.espalier.prune.Structure;
import dev.espalier.prune.surgery.ResidualBranch;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whole layers: the branch f of a residual block {@code x + f(x)} lives or dies with all its
 * weights, biases and normalisations. A dead one is zero, so that the block is its shortcut, and
 * {@link dev.espalier.prune.surgery.Surgery} removes it.
 *
 * <p>All branches of a model are ranked together; branches inside branches are left to them. The
 * score of a branch is the sum over its weights. Source: W. Wen et al., Learning Structured
 * Sparsity in Deep Neural Networks (2016), "depth-wise"; of modules of transformers, Z. Lin et al.,
 * Pruning Redundant Mappings in Transformer Models via Spectral-Normalized Identity Prior (2020).
 */
public record BranchStructure() implements Structure {
  private record Branches(List<ResidualBranch> branches) implements GroupSet {
    @Override
    public String name() {
      return String.join("+", branches.stream().map(ResidualBranch::name).toList());
    }

    @Override
    public int count() {
      return branches.size();
    }

    @Override
    public Place place() {
      return Place.INNER;
    }

    @Override
    public Tensor scores(Score score, Aggregation aggregation) {
      var collector = aggregation.over(count());
      for (int i = 0; i < count(); i++) {
        int group = i;
        Set<String> scored = new LinkedHashSet<>(branches.get(i).parameters().keySet());
        scored.retainAll(score.byWeight().keySet());
        if (scored.isEmpty()) {
          Score.found(score, branches.get(i).name()); // refuses, since no score has that name
        }
        scored.forEach(name -> collector.add(score.byWeight().get(name), _ -> group));
      }
      return collector.result();
    }

    @Override
    public Mask alive() {
      return Mask.of(
          Shape.of(count()),
          i -> branches.get(i).parameters().values().stream().anyMatch(p -> p.kept() > 0));
    }

    @Override
    public Map<Parameter, Mask> masks(Mask keptGroups) {
      Map<Parameter, Mask> masks = new LinkedHashMap<>();
      for (int i = 0; i < count(); i++) {
        boolean kept = keptGroups.get(i);
        for (Parameter parameter : branches.get(i).parameters().values()) {
          Mask mask = kept ? Mask.ones(parameter.shape()) : Mask.zeros(parameter.shape());
          masks.put(parameter, mask.withGranularity(new Granularity.Layer()));
        }
      }
      return masks;
    }
  }

  @Override
  public String name() {
    return "branch";
  }

  @Override
  public List<GroupSet> groups(Module module, Tensor example) {
    List<ResidualBranch> all = ResidualBranch.of(module, example);
    List<ResidualBranch> fit = new ArrayList<>();
    for (ResidualBranch branch : all) {
      if (branch.refusal().isEmpty()
          && fit.stream().noneMatch(outer -> branch.name().startsWith(outer.name() + "."))) {
        fit.add(branch);
      }
    }
    if (fit.isEmpty()) {
      throw new IllegalArgumentException(
          "branch pruning: no layer of this model may be removed: %s"
              .formatted(
                  all.isEmpty()
                      ? "it has no residual block"
                      : String.join("; ", leftAlone(module, example).values())));
    }
    return List.of(new Branches(fit));
  }

  @Override
  public Map<String, String> leftAlone(Module module, Tensor example) {
    Map<String, String> left = new LinkedHashMap<>();
    for (ResidualBranch branch : ResidualBranch.of(module, example)) {
      branch.refusal().ifPresent(reason -> left.put(branch.name(), reason));
    }
    return left;
  }
}
