/** Differentiable operations over tensors. */
module dev.espalier.autograd {
  requires transitive dev.espalier.tensor;

  exports dev.espalier.autograd;
  exports dev.espalier.autograd.op;
}
