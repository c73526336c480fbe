/** Dense and sparse tensors, masks, CPU backends and file formats. */
module dev.espalier.tensor {
  requires static jdk.incubator.vector;
}
