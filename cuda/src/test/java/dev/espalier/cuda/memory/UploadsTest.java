package dev.espalier.cuda.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.RecordingDriver;
import dev.espalier.tensor.Device;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class UploadsTest {
  private final RecordingDriver driver = new RecordingDriver(1 << 20);
  private final DeviceAllocator allocator =
      new DeviceAllocator(driver, new Device("cuda", 0), DeviceAllocator.Mode.CACHED);
  private final Uploads uploads = new Uploads(driver, allocator);

  @Test
  void anArrayIsCopiedOnce() {
    int[] array = {3, 1, 4};
    DevicePointer pointer = uploads.of(array);
    assertThat(uploads.of(array)).isEqualTo(pointer);
    assertThat(driver.at(pointer).toArray(ValueLayout.JAVA_INT)).startsWith(3, 1, 4);
    assertThat(driver.log).filteredOn(line -> line.contains("up")).hasSize(1);
  }

  @Test
  void arraysAreKnownByIdentity() {
    assertThat(uploads.of(new long[] {1})).isNotEqualTo(uploads.of(new long[] {1}));
    assertThat(uploads.of(new short[] {1})).isNotNull();
  }

  @Test
  void anEmptyArrayHasAnAddress() {
    assertThat(uploads.of(new int[0])).isNotNull();
  }

  @Test
  void whatIsNoArrayOfNumbersIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> uploads.of("text"))
        .withMessageContaining("String");
  }

  @Test
  void copiesOfUnreachableArraysAreFreed() throws InterruptedException {
    for (int i = 0; i < 8; i++) {
      uploads.of(new int[100]);
    }
    for (int wait = 0; wait < 100 && allocator.stats().liveStorages() > 1; wait++) {
      System.gc();
      Thread.sleep(10);
      uploads.of(new int[100]);
    }
    assertThat(allocator.stats().liveStorages()).isLessThanOrEqualTo(2);
  }

  @Test
  void closingFreesAll() {
    int[] array = {1};
    uploads.of(array);
    uploads.close();
    assertThat(driver.blocks()).isZero();
  }
}
