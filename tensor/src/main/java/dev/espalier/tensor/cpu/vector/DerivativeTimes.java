package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/**
 * {@code out = a f'(b)}, block by block, for derivatives too long to be one loop with the product.
 */
record DerivativeTimes(MapLoop derivative, ZipLoop product) implements ZipLoop {
  @Override
  public void run(
      MemorySegment a,
      long aOffset,
      MemorySegment b,
      long bOffset,
      float p,
      float q,
      MemorySegment out,
      long outOffset,
      long n) {
    MemorySegment slopes = Block.SLOPES.own();
    for (long at = 0; at < n; at += Block.LENGTH) {
      long length = Math.min(Block.LENGTH, n - at);
      long shift = at * Float.BYTES;
      derivative.run(b, bOffset + shift, p, q, slopes, 0, length);
      product.run(a, aOffset + shift, slopes, 0, p, q, out, outOffset + shift, length);
    }
  }
}
