package dev.espalier.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A queue of commands for one device; they run in the order of the calls, after the calls return.
 *
 * <p>Memory that a command uses must stay allocated until the command has run. Host memory is a
 * native segment: heap segments are refused, as pinning them is not safe on every JDK.
 */
public interface CommandStream extends AutoCloseable {
  /** Copies all of {@code source} (native host memory) to {@code target}. */
  void copyToDevice(MemorySegment source, DevicePointer target);

  /** Fills all of {@code target} (native host memory) from {@code source}. */
  void copyToHost(DevicePointer source, MemorySegment target);

  /** Copies between two ranges of the device's memory, which must not overlap. */
  void copyOnDevice(DevicePointer source, DevicePointer target, long bytes);

  /** Sets {@code bytes} bytes to {@code value}. */
  void fill(DevicePointer target, byte value, long bytes);

  /**
   * Runs a kernel.
   *
   * @param arguments one for each parameter of the kernel, in order; a wrong count or size throws
   */
  void launch(Kernel kernel, LaunchShape shape, List<KernelArgument> arguments);

  /** Marks the point after everything issued so far. */
  void record(Event event);

  /**
   * Lets later commands of this stream wait until {@code event}, recorded elsewhere, is reached.
   */
  void await(Event event);

  /** Returns when every command issued so far has run, and throws if one failed. */
  void synchronize();

  /**
   * Starts to collect commands instead of running them.
   *
   * <p>Until {@link #endCapture}, {@link #synchronize} and another start of a capture throw.
   */
  void beginCapture();

  /** Ends the collection and returns what was collected, ready to be replayed many times. */
  LaunchSequence endCapture();

  /** Runs a captured sequence with the addresses and arguments it was captured with. */
  void replay(LaunchSequence sequence);

  /** Waits for the commands issued so far, then releases the stream. */
  @Override
  void close();
}
