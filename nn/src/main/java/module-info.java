/** Modules, layers, losses, optimisers, data and training. */
module dev.espalier.nn {
  requires transitive dev.espalier.autograd;

  exports dev.espalier.nn;
  exports dev.espalier.nn.data;
  exports dev.espalier.nn.layer;
  exports dev.espalier.nn.loss;
  exports dev.espalier.nn.optim;
  exports dev.espalier.nn.train;
  exports dev.espalier.nn.zoo;
}
