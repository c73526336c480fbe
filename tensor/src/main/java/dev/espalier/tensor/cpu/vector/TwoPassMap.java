package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** {@code out = second(x, first(x))}, block by block, for functions too long to be one loop. */
record TwoPassMap(MapLoop first, ZipLoop second) implements MapLoop {
  @Override
  public void run(
      MemorySegment x, long xOffset, float p, float q, MemorySegment out, long outOffset, long n) {
    MemorySegment between = Block.PASSES.own();
    for (long at = 0; at < n; at += Block.LENGTH) {
      long length = Math.min(Block.LENGTH, n - at);
      long shift = at * Float.BYTES;
      first.run(x, xOffset + shift, p, q, between, 0, length);
      second.run(x, xOffset + shift, between, 0, p, q, out, outOffset + shift, length);
    }
  }
}
