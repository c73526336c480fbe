package dev.espalier.bench.reproduce;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The sizes that H. Li et al., Pruning Filters for Efficient ConvNets (2016) give for VGG-16 on
 * CIFAR-10 before and after half of the filters of layers 1 and 8 to 13 are removed.
 */
record LiGeometry() implements Experiment {
  private static final String MODEL = "vgg-16-bn";
  private static final Set<Integer> PRUNED = Set.of(1, 8, 9, 10, 11, 12, 13);
  private static final double ONE_PERCENT = 0.01;

  @Override
  public String name() {
    return "li-geometry";
  }

  @Override
  public String description() {
    return "VGG-16 loses half of the filters of 7 layers: its multiply-adds and parameters are the"
        + " paper's (Li et al. 2016); no training";
  }

  @Override
  public List<String> data() {
    return List.of();
  }

  @Override
  public List<Long> seeds() {
    return List.of(1L);
  }

  @Override
  public List<Finding> run(Lab lab) {
    var generator = new Generator(lab.seeds().getFirst());
    Module module = lab.own(Models.create(MODEL, 10, generator));
    Shape input = Models.entry(MODEL).input();
    Tensor example = RandomFill.normal(generator, DType.FLOAT32, Shape.of(2, 3, 32, 32), 0, 1);
    ModelSummary before = ModelSummary.of(module, input);
    List<GroupSet> layers = new FilterStructure().groups(module, example);
    List<String> left =
        IntStream.range(0, layers.size())
            .filter(i -> !PRUNED.contains(i + 1))
            .mapToObj(i -> layers.get(i).name())
            .toList();
    new Pruner(module, Methods.get("filter-magnitude"), example, generator)
        .protecting(left)
        .pruneToDensity(0.5);
    Surgery.shrink(module, example);
    ModelSummary after = ModelSummary.of(module, input);
    lab.note("network", MODEL);
    lab.note("layers left alone", left);
    return List.of(
        Finding.near("multiply-adds", Unit.COUNT, 3.13e8, ONE_PERCENT, (double) before.macs()),
        Finding.near("parameters", Unit.COUNT, 1.5e7, ONE_PERCENT, (double) before.parameters()),
        Finding.near(
            "multiply-adds after surgery", Unit.COUNT, 2.06e8, ONE_PERCENT, (double) after.macs()),
        Finding.near(
            "parameters after surgery",
            Unit.COUNT,
            5.4e6,
            ONE_PERCENT,
            (double) after.parameters()));
  }
}
