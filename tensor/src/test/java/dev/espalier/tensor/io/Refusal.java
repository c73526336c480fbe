package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.espalier.tensor.Memory;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asserts that reading a bad file fails as it should, and before anything was allocated for it. */
final class Refusal {
  private Refusal() {}

  /** Reads, expects a refusal naming the file and the field, and returns it. */
  static TensorFileException of(Path file, String field, ThrowingCallable reading) {
    long allocations = Memory.stats().allocations();
    TensorFileException refusal = anyOf(reading);
    assertThat(Memory.stats().allocations()).as("tensor allocations").isEqualTo(allocations);
    assertThat(refusal.file()).startsWith(file.toString());
    assertThat(refusal.field()).isEqualTo(field);
    return refusal;
  }

  /** As {@link #of} where only the elements can show the fault, so that a tensor was allocated. */
  static TensorFileException afterReading(Path file, String field, ThrowingCallable reading) {
    long inUse = Memory.stats().bytesInUse();
    TensorFileException refusal = anyOf(reading);
    assertThat(Memory.stats().bytesInUse()).as("bytes left in use").isLessThanOrEqualTo(inUse);
    assertThat(refusal.file()).startsWith(file.toString());
    assertThat(refusal.field()).isEqualTo(field);
    return refusal;
  }

  /** Any refusal at all. */
  static TensorFileException anyOf(ThrowingCallable reading) {
    TensorFileException refusal = catchThrowableOfType(TensorFileException.class, reading);
    assertThat(refusal).as("the refusal").isNotNull();
    return refusal;
  }
}
