package dev.espalier.tensor.cpu.vector;

/** The patches of a convolution as the dense operand: a panel has a row per channel and tap. */
record PatchPanels(Patches patches, int rows, int pixels, int blockRows, int mostVectors)
    implements PanelSource {
  /** Floats of the input that are held for some panels, a quarter of the second-level cache. */
  private static final int HELD_FLOATS = 64 * 1024;

  private static final int MOST_TOGETHER = 8;

  @Override
  public int panelsTogether() {
    int channels = Math.max(1, blockRows / Math.max(1, patches.taps()));
    int columns = mostVectors * Lanes.COUNT;
    return Math.clamp(HELD_FLOATS / channels / columns, 1, MOST_TOGETHER);
  }

  @Override
  public void prepare(int block, int column, int columns, Scratch scratch) {
    int begin = block * blockRows;
    int depth = Math.min(blockRows, rows - begin);
    scratch.patches.fill(patches, begin, depth, column, columns);
  }

  @Override
  public void pack(int block, int column, int vectors, int pitch, int slot, Scratch scratch) {
    int begin = block * blockRows;
    int depth = Math.min(blockRows, rows - begin);
    scratch.patches.listPieces(column, Math.min(vectors * Lanes.COUNT, pixels - column));
    scratch.patches.packPanel(begin, depth, Panels.MEMORY, Panels.panel(slot), pitch);
  }
}
