package dev.espalier.cuda.emulator;

/** A fault of a kernel that the emulator looks for. */
public enum Check {
  /** An address outside of every allocation, or across the end of one. */
  BOUNDS,
  /** An address that is no multiple of the size of the access. */
  ALIGNMENT,
  /** An address inside an allocation that was freed. */
  USE_AFTER_FREE,
  /** A read of bytes of global, local or shared memory that nothing wrote. */
  UNINITIALISED,
  /** Two threads of a block touch one place of shared memory, one writes, nothing orders them. */
  SHARED_RACE,
  /** A barrier that not all of its threads reach, or not together. */
  BARRIER,
  /** A read of what a {@code cp.async} writes before the wait for its group. */
  ASYNC_COPY
}
