package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparseTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to a valid file, it is read or refused: no other exception, no hang, no flood.
 */
@Timeout(60)
final class MutationTest {
  private static final int MUTATIONS_PER_FILE = 350;
  private static final long MOST_BYTES_IN_USE = 1 << 20;

  @TempDir Path directory;

  @Test
  void npy() throws IOException {
    readsOrRefuses("float64-fortran.npy", Npy::read, 1);
    readsOrRefuses("int64-v2.npy", Npy::read, 2);
    readsOrRefuses("bool.npy", Npy::read, 3);
  }

  @Test
  void npz() throws IOException {
    readsOrRefuses("compressed.npz", Npz::read, 4);
    readsOrRefuses("stored.npz", Npz::read, 5);
  }

  @Test
  void safeTensors() throws IOException {
    readsOrRefuses("reference.safetensors", SafeTensors::readAll, 6);
  }

  @Test
  void masksAndSparseTensors() throws IOException {
    Path path = directory.resolve("sparse.safetensors");
    try (var _ = Scope.open("valid")) {
      Tensor dense = Tensor.of(Shape.of(2, 4), 1f, 0, 0, 2, 0, 3, 4, 0);
      Csr csr = SparseTensor.fromDense(dense);
      new SafeTensorsWriter()
          .mask("mask", Mask.nonZeros(dense))
          .sparse("csr", csr)
          .sparse("coo", csr.toCoo())
          .sparse("bsr", csr.toBsr(2, 2))
          .sparse("nm", csr.toNm(new Granularity.NOfM(2, 4)))
          .write(path);
    }
    readsOrRefuses(path, MutationTest::readSparse, 7);
  }

  private static void readSparse(Path path) {
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      for (String name : file.maskNames()) {
        if (file.names().contains(name)) {
          file.mask(name);
        }
      }
      file.sparseNames().forEach(file::sparse);
    }
  }

  private void readsOrRefuses(String resource, Consumer<Path> reading, long seed)
      throws IOException {
    readsOrRefuses(NpyTest.resource(resource), reading, seed);
  }

  private void readsOrRefuses(Path original, Consumer<Path> reading, long seed) throws IOException {
    byte[] valid = Files.readAllBytes(original);
    try (var _ = Scope.open("original")) {
      reading.accept(original);
    }
    var random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < MUTATIONS_PER_FILE; i++) {
      Path file = Files.write(directory.resolve("mutant"), mutant(valid, random));
      long before = Memory.stats().bytesInUse();
      try (var _ = Scope.open("mutant")) {
        reading.accept(file);
        assertThat(Memory.stats().bytesInUse() - before).isLessThan(MOST_BYTES_IN_USE);
      } catch (TensorFileException e) {
        assertThat(e.file()).startsWith(file.toString());
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("mutant %d of %s (seed %d)".formatted(i, original, seed), e);
      }
      assertThat(Memory.stats().bytesInUse()).isLessThanOrEqualTo(before);
    }
    assertThat(refused).as("refused").isBetween(MUTATIONS_PER_FILE / 10, MUTATIONS_PER_FILE - 1);
  }

  private static byte[] mutant(byte[] valid, Random random) {
    int at = random.nextInt(valid.length);
    byte[] mutant = valid.clone();
    switch (random.nextInt(5)) {
      case 0 -> mutant[at] = (byte) random.nextInt(256);
      case 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> mutant[at] = valid[random.nextInt(valid.length)];
      case 3 -> mutant = Arrays.copyOf(valid, at);
      default -> {
        mutant = Arrays.copyOf(valid, valid.length + 1);
        System.arraycopy(valid, at, mutant, at + 1, valid.length - at);
      }
    }
    return mutant;
  }
}
