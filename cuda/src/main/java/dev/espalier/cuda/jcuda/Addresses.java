package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.DevicePointer;
import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;

/**
 * Addresses as JCuda takes them: an offset from null, so that nothing on the heap is pinned and no
 * buffer limits the size.
 */
final class Addresses {
  private static final Pointer NULL = new Pointer();
  private static final CUdeviceptr DEVICE_NULL = new CUdeviceptr();

  /** Reads the address that JCuda wrote into a pointer. */
  static final class Out extends CUdeviceptr {
    long address() {
      return getNativePointer();
    }
  }

  private Addresses() {}

  static CUdeviceptr of(DevicePointer pointer) {
    return DEVICE_NULL.withByteOffset(pointer.address());
  }

  /**
   * The address of native host memory.
   *
   * @throws IllegalArgumentException for a segment over a Java array
   */
  static Pointer of(MemorySegment segment) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "copy: host memory must be native, but the segment is a Java array, which the collector"
              + " may move; copy it to a native segment first");
    }
    return NULL.withByteOffset(segment.address());
  }
}
