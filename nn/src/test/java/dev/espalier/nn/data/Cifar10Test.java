package dev.espalier.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
  private static final int RECORD = 3073;

  @TempDir private Path directory;

  @Test
  void readsTheBatchesThatAreThereInOrderAndSaysWhich() throws IOException {
    write("data_batch_5.bin", records(9));
    write("data_batch_2.bin.gz", DataFiles.gzip(records(3, 4)));
    ImageDataset data = Cifar10.train(directory, false);
    assertThat(data.split()).isEqualTo("train batches 2 5");
    assertThat(data.count()).isEqualTo(3);
    assertThat(data.shape()).isEqualTo(new ImageShape(3, 32, 32));
    assertThat(new int[] {data.label(0), data.label(1), data.label(2)}).containsExactly(3, 4, 9);
    // Value j of a record with label k is k + j: red begins at j = 0, blue at j = 2048.
    assertThat(data.pixel(1, 0, 0, 1)).isEqualTo(4 + 1);
    assertThat(data.pixel(2, 2, 1, 0)).isEqualTo((9 + 2048 + 32) & 255);
  }

  @Test
  void prefersThePlainFileOfAPair() throws IOException {
    write("test_batch.bin", records(1));
    write("test_batch.bin.gz", DataFiles.gzip(records(2)));
    assertThat(Cifar10.test(directory, false).label(0)).isEqualTo(1);
  }

  @Test
  void refusesADirectoryWithoutBatches() {
    assertThatThrownBy(() -> Cifar10.train(directory, false))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("data_batch_1.bin, data_batch_2.bin")
        .hasMessageContaining("nothing is downloaded");
    assertThatThrownBy(() -> Cifar10.test(directory, false))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("test_batch.bin");
  }

  @Test
  void refusesALabelThatIsNotAClass() throws IOException {
    write("test_batch.bin", records(1, 10));
    refused(RECORD, "label", "10");
  }

  @Test
  void refusesARecordCutShort() throws IOException {
    byte[] cut = Arrays.copyOf(records(1, 2, 3), 3 * RECORD - 1);
    write("test_batch.bin", cut);
    refused(3 * RECORD - 1, "pixels", "ends here");
    Files.delete(directory.resolve("test_batch.bin"));
    write("test_batch.bin.gz", DataFiles.gzip(cut));
    refused(3 * RECORD - 1, "pixels", "ends here");
  }

  @Test
  void refusesMoreRecordsThanTheFormatAllows() throws IOException {
    write("test_batch.bin.gz", DataFiles.gzip(new byte[10_000 * RECORD + 1]));
    refused(10_000L * RECORD, "end", "trailing");
  }

  @Test
  void refusesUnpublishedContentWhenStrict() throws IOException {
    write("test_batch.bin", records(1));
    assertThatThrownBy(() -> Cifar10.test(directory, true))
        .isInstanceOf(DatasetFormatException.class)
        .hasMessageContaining("sha-256");
  }

  @Test
  void readsThePublishedTestBatch() throws IOException {
    Optional<Path> found = DataFiles.shared("cifar-10");
    assumeTrue(found.isPresent(), "no shared/data/cifar-10 in any parent directory");
    ImageDataset data = Cifar10.test(found.get(), true);
    assertThat(data.count()).isEqualTo(10_000);
    assertThat(data.classCounts()).containsOnly(1000);
  }

  private void refused(long offset, String field, String part) {
    DatasetFormatException e =
        catchThrowableOfType(DatasetFormatException.class, () -> Cifar10.test(directory, false));
    assertThat(e).isNotNull().hasMessageContaining(part).hasMessageContaining("test_batch.bin");
    assertThat(e.offset()).isEqualTo(offset);
    assertThat(e.field()).isEqualTo(field);
  }

  private static byte[] records(int... labels) {
    byte[] content = new byte[labels.length * RECORD];
    for (int i = 0; i < labels.length; i++) {
      content[i * RECORD] = (byte) labels[i];
      for (int j = 0; j < RECORD - 1; j++) {
        content[i * RECORD + 1 + j] = (byte) (labels[i] + j);
      }
    }
    return content;
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(directory.resolve(name), content);
  }
}
