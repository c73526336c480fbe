/** Dense and sparse tensors, masks, CPU backends and file formats. */
module dev.espalier.tensor {
  requires static jdk.incubator.vector;

  exports dev.espalier.tensor;
  exports dev.espalier.tensor.io;
  exports dev.espalier.tensor.ops;
  exports dev.espalier.tensor.spi;
  exports dev.espalier.tensor.sparse;
  exports dev.espalier.tensor.cpu to
      dev.espalier.bench;
  exports dev.espalier.tensor.cpu.vector to
      dev.espalier.bench;

  uses dev.espalier.tensor.spi.BackendProvider;
}
