/** Differentiable operations over tensors. */
module dev.espalier.autograd {
  requires transitive dev.espalier.tensor;
}
