package dev.espalier.prune.compile;

import dev.espalier.tensor.Tensor;

/** One operation of a compiled model, with its constants inside. */
interface Step extends AutoCloseable {
  /** The output for the inputs; views and strided results are allowed. */
  Tensor run(Tensor... inputs);

  /** Name for {@link CompiledModel#layers}. */
  String describe();

  /** The tensors inside, which the step owns. */
  java.util.List<Tensor> constants();

  /** Frees the constants. */
  @Override
  default void close() {
    constants().forEach(Tensor::close);
  }
}
