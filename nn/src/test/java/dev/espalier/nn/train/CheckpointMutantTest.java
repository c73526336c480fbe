package dev.espalier.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.tensor.Generator;
import dev.espalier.tensor.io.Json;
import dev.espalier.tensor.io.TensorFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files: cut off, with wrong lengths, or with bytes changed anywhere. */
@Timeout(60)
class CheckpointMutantTest {
  private static final int MUTANTS = 300;

  @TempDir static Path directory;

  private static byte[] valid;
  private static int payloadStart;
  private static Path file;

  private CheckpointTarget target = new CheckpointTarget();

  @BeforeAll
  static void writeValidFile() {
    file = directory.resolve("damaged.safetensors");
    valid = CheckpointBytes.write(file);
    payloadStart = 8 + CheckpointBytes.headerLength(valid);
  }

  @AfterEach
  void close() {
    target.close();
  }

  @Test
  void aTruncatedFileIsRefused() {
    for (int length = 0; length < 20; length++) {
      target.refuses(file, Arrays.copyOf(valid, length));
    }
    for (int length = 20; length < valid.length; length += 509) {
      target.refuses(file, Arrays.copyOf(valid, length));
    }
    target.refuses(file, Arrays.copyOf(valid, valid.length - 1), "data_offsets");
  }

  @Test
  void aByteTooManyIsRefused() {
    target.refuses(file, Arrays.copyOf(valid, valid.length + 1), "end of file");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Files.deleteIfExists(file);
    assertThat(catchThrowable(() -> target.load(file)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 99_999_999, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE})
  void anImpossibleHeaderLengthIsRefused(long length) {
    byte[] bytes = valid.clone();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    target.refuses(file, bytes, "header");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "shape; [-1]",
        "shape; [4294967296]",
        "shape; [2147483647,2147483647,2147483647,2147483647]",
        "shape; [2147483647]",
        "shape; [7]",
        "data_offsets; [0,9223372036854775807]",
        "data_offsets; [-24,0]",
        "data_offsets; [24,0]",
        "data_offsets; [0]",
        "dtype; \"F33\"",
        "dtype; \"F64\"",
        "colour; 1"
      })
  void anImpossibleDescriptionOfATensorIsRefusedBeforeItIsAllocated(String member, String value) {
    var bytes = CheckpointBytes.of(valid);
    bytes.tensor("model/0.bias").put(member, Json.parse(value));
    target.refuses(file, bytes.bytes(), "tensor 'model/0.bias'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"a\":1}", " {}"})
  void aHeaderThatIsNoneIsRefused(String header) {
    target.refuses(file, CheckpointBytes.of(valid).join(header));
  }

  /** No checksum protects the tensors' bytes, so what loads must be what the file says. */
  @Test
  void aMutantIsRefusedOrLoadsAsWhatItsBytesSay() throws IOException {
    var generator = new Generator(11);
    int loaded = 0;
    int refused = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutant(generator, i);
      Files.write(file, mutant);
      if (loads()) {
        loaded++;
        expectSameTensors(mutant);
        target.close();
        target = new CheckpointTarget();
      } else {
        refused++;
        target.expectUntouched();
      }
    }
    assertThat(loaded).as("loaded").isGreaterThan(MUTANTS / 10);
    assertThat(refused).as("refused").isGreaterThan(MUTANTS / 10);
  }

  /** One to three bytes changed; in two of three mutants those of the header alone. */
  private byte[] mutant(Generator generator, int number) {
    byte[] bytes = valid.clone();
    int range = number % 3 == 0 ? bytes.length : payloadStart;
    for (int changes = 1 + generator.nextInt(3); changes > 0; changes--) {
      bytes[generator.nextInt(range)] ^= (byte) (1 << generator.nextInt(8));
    }
    return bytes;
  }

  /** Any other exception, and any error, fails the test. */
  private boolean loads() {
    try {
      target.load(file);
      return true;
    } catch (TensorFileException | UncheckedIOException e) {
      assertThat(e).hasMessageContaining(file.toString());
    } catch (IllegalArgumentException e) {
      assertThat(e).isExactlyInstanceOf(IllegalArgumentException.class);
      assertThat(e).hasMessageContaining(file.toString());
    }
    return false;
  }

  /** Written again, the tensors' bytes are those of the file. */
  private void expectSameTensors(byte[] mutant) throws IOException {
    Path again = directory.resolve("again.safetensors");
    try (Checkpoint checkpoint = Checkpoint.read(file)) {
      checkpoint.write(again);
    }
    byte[] written = Files.readAllBytes(again);
    int start = 8 + CheckpointBytes.headerLength(written);
    assertThat(Arrays.copyOfRange(written, start, written.length))
        .isEqualTo(Arrays.copyOfRange(mutant, payloadStart, mutant.length));
  }
}
