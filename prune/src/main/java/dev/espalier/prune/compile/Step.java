package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;

/** One operation of a compiled model, with its constants inside. */
sealed interface Step extends AutoCloseable
    permits AffineStep,
        ConcatStep,
        ElementStep,
        FlattenStep,
        MeanStep,
        OpStep,
        PoolStep,
        ProductStep,
        SumStep {
  /** The shape of the output for operands of these shapes. */
  Shape output(Shape... inputs);

  /** Computes the output, whose memory is given. */
  void run(Activation out, Activation... inputs);

  /** Name for {@link CompiledModel#layers}. */
  String describe();

  /** What it computes, with the name of its weight. */
  default String title() {
    return describe();
  }

  /** The tensors inside, which the step owns. */
  default List<Tensor> constants() {
    return List.of();
  }

  /** Frees the constants. */
  @Override
  default void close() {
    constants().forEach(Tensor::close);
  }
}
