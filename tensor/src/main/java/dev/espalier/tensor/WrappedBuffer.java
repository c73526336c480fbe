package dev.espalier.tensor;

import dev.espalier.tensor.spi.Buffer;
import java.lang.foreign.MemorySegment;

/** Host memory whose lifetime somebody else manages. */
record WrappedBuffer(MemorySegment segment) implements Buffer {
  @Override
  public long byteSize() {
    return segment.byteSize();
  }

  @Override
  public void release() {
    // the segment's own arena frees it
  }
}
