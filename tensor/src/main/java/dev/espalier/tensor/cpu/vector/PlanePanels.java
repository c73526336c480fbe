package dev.espalier.tensor.cpu.vector;

/** The channels of a batch of images as the dense operand: what a 1×1 convolution reads. */
record PlanePanels(Planes planes, int rows, int pixels, int blockRows) implements PanelSource {
  @Override
  public void pack(int block, int column, int vectors, int pitch, int slot, Scratch scratch) {
    int begin = block * blockRows;
    int height = Math.min(blockRows, rows - begin);
    int width = Math.min(vectors * Lanes.COUNT, pixels - column);
    long plane = (long) planes.size() * Float.BYTES;
    for (int done = 0; done < width; ) {
      int at = (column + done) % planes.size();
      int run = Math.min(width - done, planes.size() - at);
      int image = (column + done) / planes.size();
      long from = planes.byteOffset(image, begin) + (long) at * Float.BYTES;
      long to = Panels.panel(slot) + (long) done * Float.BYTES;
      if (run == vectors * Lanes.COUNT) {
        PanelCopy.rows(planes.data(), from, plane, to, pitch, height, run, vectors);
      } else {
        PanelCopy.exactRows(planes.data(), from, plane, Panels.MEMORY, to, pitch, height, run);
      }
      done += run;
    }
  }
}
