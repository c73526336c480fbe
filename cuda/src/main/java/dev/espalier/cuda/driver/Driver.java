package dev.espalier.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * One GPU, seen through the few operations that the backend needs.
 *
 * <p>Everything that runs on the device is issued to a {@link CommandStream}; the operations here
 * are synchronous. An implementation is safe for use by several threads, while one stream belongs
 * to one thread at a time. Closing the driver closes whatever was opened through it.
 *
 * <p>Failures throw {@link DriverException}. A failure that happens on the device is reported by
 * the next operation that waits for it.
 */
public interface Driver extends AutoCloseable {
  /** What the device is and what it allows. */
  DeviceProperties properties();

  /** The device memory in use and available at this moment. */
  DeviceMemory memory();

  /**
   * Reserves device memory, aligned to at least 256 bytes and not initialised.
   *
   * @param bytes more than 0
   * @throws OutOfDeviceMemoryException if the device has not that much left
   */
  DevicePointer allocate(long bytes);

  /**
   * Gives back memory after all work that was issued before has finished.
   *
   * @param pointer as {@link #allocate} returned it; freeing twice or in the middle throws
   */
  void free(DevicePointer pointer);

  /**
   * Reserves page-locked host memory, from which copies run beside kernels.
   *
   * @param bytes more than 0
   * @throws OutOfDeviceMemoryException if the system does not lock that much
   * @return native memory that stays valid until {@link #freeHost}
   */
  MemorySegment allocateHost(long bytes);

  /** Gives back what {@link #allocateHost} returned. */
  void freeHost(MemorySegment segment);

  /**
   * Loads kernels.
   *
   * @param ptx the text of one PTX module
   * @throws DriverException with the assembler's log if the text is not accepted
   */
  Program load(String ptx);

  /** Opens a queue whose commands run in order, independently of other streams. */
  CommandStream openStream();

  /** Opens a mark that a stream can record and another can wait for. */
  Event openEvent();

  @Override
  void close();
}
