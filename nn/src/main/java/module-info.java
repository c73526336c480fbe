/** Modules, losses, optimisers, data and the training loop. */
module dev.espalier.nn {
  requires transitive dev.espalier.autograd;

  exports dev.espalier.nn.data;
}
