package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Philox;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Distribution;
import java.util.Arrays;

/** Random tensors as functions of seed, stream and position; see {@link Distribution}. */
abstract class RandomContract extends Contract {
  private static final long SEED = 0x1234_5678_9abc_def0L;
  private static final long STREAM = 7;
  private static final long POSITION = 0xffff_fffeL; // the lower counter word overflows soon

  RandomContract(Backend backend) {
    super(backend);
  }

  private static int word(long i) {
    int[] block = new int[4];
    Philox.block(SEED, STREAM, POSITION + i / 4, block, 0);
    return block[(int) (i % 4)];
  }

  private Tensor random(Distribution distribution, double a, double b, DType dtype, int n) {
    Tensor out = output(dtype, Shape.of(n));
    backend.random(distribution, a, b, SEED, STREAM, POSITION, out);
    return out;
  }

  @ComputeTypes
  void uniformIsTheDocumentedFunctionOfTheCounter(DType dtype) {
    for (int n : new int[] {0, 1, 3, 4, 67, 1031}) {
      double[] expected = new double[n];
      Arrays.setAll(expected, i -> rounded(dtype, -2 + 5 * (double) Philox.toFloat(word(i))));
      assertExactly(random(Distribution.UNIFORM, -2, 3, dtype, n), expected);
    }
  }

  @ComputeTypes
  void uniformNeverReachesItsUpperBound(DType dtype) {
    double low = 1e8; // where floats are eight apart
    double high = 1e8 + 8;
    Tensor out = random(Distribution.UNIFORM, low, high, dtype, 1000);
    assertThat(Arrays.stream(read(out)).max().orElseThrow()).isLessThan(high);
    assertThat(Arrays.stream(read(out)).min().orElseThrow()).isGreaterThanOrEqualTo(low);
  }

  @ComputeTypes
  void dropoutIsTheDocumentedFunctionOfTheCounter(DType dtype) {
    for (double rate : new double[] {0, 0.25, 0.9}) {
      double[] expected = new double[1031];
      double kept = rounded(dtype, 1 / (1 - rate));
      Arrays.setAll(expected, i -> Philox.toFloat(word(i)) < rate ? 0 : kept);
      assertExactly(random(Distribution.DROPOUT, rate, 0, dtype, 1031), expected);
    }
  }

  @ComputeTypes
  void normalIsTheDocumentedFunctionOfTheCounterUpToRounding(DType dtype) {
    for (int n : new int[] {1, 2, 3, 67}) {
      double[] expected = new double[n];
      for (int i = 0; i < n; i++) {
        double u = (Integer.toUnsignedLong(word(i - i % 2)) + 1) / 4294967296.0;
        double turn = Integer.toUnsignedLong(word(i - i % 2 + 1)) / 4294967296.0;
        double radius = Math.sqrt(-2 * Math.log(u));
        double angle = 2 * Math.PI * turn;
        expected[i] = 3 + 2 * radius * (i % 2 == 0 ? Math.cos(angle) : Math.sin(angle));
      }
      double[] bounds = new double[n];
      Arrays.fill(bounds, 64 * epsilon(dtype));
      assertWithin("normal", random(Distribution.NORMAL, 3, 2, dtype, n), expected, bounds);
    }
  }

  @ComputeTypes
  void normalHasItsMomentsAndTails(DType dtype) {
    double[] z = read(random(Distribution.NORMAL, 0, 1, dtype, 40_000));
    double mean = Arrays.stream(z).average().orElseThrow();
    double variance = Arrays.stream(z).map(v -> v * v).average().orElseThrow();
    double fourth = Arrays.stream(z).map(v -> v * v * v * v).average().orElseThrow();
    double inside = Arrays.stream(z).filter(v -> Math.abs(v) < 1).count() / 40_000.0;
    assertThat(mean).isCloseTo(0, within(0.02));
    assertThat(variance).isCloseTo(1, within(0.03));
    assertThat(fourth).isCloseTo(3, within(0.2));
    assertThat(inside).isCloseTo(0.6827, within(0.01));
  }

  @ComputeTypes
  void aLongerTensorContinuesAShorterOne(DType dtype) {
    for (Distribution distribution : Distribution.values()) {
      double[] whole = read(random(distribution, 0.5, 2, dtype, 101));
      double[] part = read(random(distribution, 0.5, 2, dtype, 37));
      assertThat(part).containsExactly(Arrays.copyOf(whole, 37));
      Tensor later = output(dtype, Shape.of(61));
      backend.random(distribution, 0.5, 2, SEED, STREAM, POSITION + 10, later);
      assertThat(read(later)).containsExactly(Arrays.copyOfRange(whole, 40, 101));
    }
  }
}
