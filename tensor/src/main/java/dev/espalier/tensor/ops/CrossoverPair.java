package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.CrossoverProbe.Case;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Crossover.Rule;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.List;

/** The two products of a layer that a {@link CrossoverProbe} compares, with random operands. */
record CrossoverPair(Runnable dense, Runnable sparse) {
  static CrossoverPair of(
      Case one, Direction direction, Kernel kernel, double density, Device device) {
    Generator generator = new Generator(1);
    Mask mask = mask(one.weight(), one.granularity(), density, generator);
    Tensor w = mask.apply(normal(generator, one.weight(), Device.CPU)).to(device);
    if (direction == Direction.INFERENCE) {
      Weight stored = new Weight.Sparse(stored(w, mask));
      Crossover none = Crossover.of(List.of());
      return new CrossoverPair(
          product(one, direction, new Weight.Dense(w), none, generator, device),
          product(one, direction, stored, none, generator, device));
    }
    Weight weight = new Weight.Masked(w, mask);
    Rule always = new Rule(one.family(), direction, one.granularity(), 0, 0, kernel, 1);
    return new CrossoverPair(
        product(one, direction, weight, Crossover.of(List.of()), generator, device),
        product(one, direction, weight, Crossover.of(List.of(always)), generator, device));
  }

  private static SparseTensor stored(Tensor w, Mask mask) {
    SparseTensor csr = SparseTensor.fromDense(w, mask);
    return mask.granularity() instanceof Granularity.NOfM structure ? csr.toNm(structure) : csr;
  }

  static Shape outShape(Case.Convolution one) {
    return Convolution.checkedOutShape("crossover probe", one.input(), one.weight(), one.spec());
  }

  private static Mask mask(
      Shape shape, Granularity granularity, double density, Generator generator) {
    if (granularity instanceof Granularity.NOfM structure) {
      return Mask.keepLargestPerGroup(
          RandomFill.uniform(generator, DType.FLOAT32, shape, 0, 1), structure);
    }
    int groups = Math.toIntExact(granularity.groupCount(shape));
    Tensor scores = RandomFill.uniform(generator, DType.FLOAT32, Shape.of(groups), 0, 1);
    Mask chosen = Mask.keepLargest(scores, Math.round(density * groups));
    boolean[] kept = new boolean[groups];
    for (int position : chosen.positions()) {
      kept[position] = true;
    }
    return Mask.fromGroups(shape, granularity, kept);
  }

  /** The same numbers on every device. */
  private static Tensor normal(Generator generator, Shape shape, Device device) {
    return RandomFill.normal(generator, DType.FLOAT32, shape, 0, 1).to(device);
  }

  private static Runnable product(
      Case one,
      Direction direction,
      Weight w,
      Crossover table,
      Generator generator,
      Device device) {
    return switch (one) {
      case Case.Linear(int batch, int in, int out, Granularity _) -> {
        WeightedLinear linear = new WeightedLinear(table);
        Tensor x = normal(generator, Shape.of(batch, in), device);
        Tensor dy = normal(generator, Shape.of(batch, out), device);
        yield switch (direction) {
          case FORWARD, INFERENCE -> () -> linear.forward(x, w, null, false).close();
          case GRAD_INPUT -> () -> linear.gradInput(dy, w).close();
          case GRAD_WEIGHT -> () -> linear.gradWeight(x, dy, w, false).close();
        };
      }
      case Case.Convolution layer -> {
        Shape input = layer.input();
        ConvSpec spec = layer.spec();
        WeightedConvolution convolution = new WeightedConvolution(table);
        Shape output = outShape(layer);
        Tensor x = normal(generator, input, device);
        Tensor dy = normal(generator, output, device);
        yield switch (direction) {
          case FORWARD, INFERENCE -> () -> convolution.forward(x, w, null, false, spec).close();
          case GRAD_INPUT -> () -> convolution.gradInput(dy, w, spec, input).close();
          case GRAD_WEIGHT -> () -> convolution.gradWeight(x, dy, w, spec, false).close();
        };
      }
    };
  }
}
