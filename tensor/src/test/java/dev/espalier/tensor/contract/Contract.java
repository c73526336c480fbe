package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Elements;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the kernels' contracts share: operands of any layout on the backend's device, and comparison
 * with an error bound. Neither uses a kernel.
 */
public abstract class Contract {
  /** Extents around the widths that kernels block by: empty, one, primes, a tile and one more. */
  static final int[] EXTENTS = {0, 1, 2, 3, 7, 16, 17, 64, 67};

  final Backend backend;
  private Scope scope;

  Contract(Backend backend) {
    this.backend = backend;
  }

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  // ---- operands

  /** Distinct values in [-1, 1), among them some zeros, that the type holds exactly. */
  static double[] values(DType dtype, long seed, long count) {
    var generator = new Generator(seed);
    double[] values = new double[Math.toIntExact(count)];
    Arrays.setAll(values, i -> i % 11 == 5 ? 0 : rounded(dtype, 2 * generator.nextDouble() - 1));
    return values;
  }

  static double[] values(DType dtype, long seed, Shape shape) {
    return values(dtype, seed, shape.size());
  }

  /** The value that an element of a compute type holds after storing this one. */
  static double rounded(DType dtype, double value) {
    return dtype == DType.FLOAT32 ? (float) value : value;
  }

  Tensor tensor(DType dtype, Shape shape, double... values) {
    return tensor(dtype, Layout.CONTIGUOUS, shape, values);
  }

  /** An operand; where memory lies between its elements, that memory holds NaN (or 99). */
  Tensor tensor(DType dtype, Layout layout, Shape shape, double... values) {
    assertThat(values).hasSize(Math.toIntExact(shape.size()));
    Tensor storage = Tensor.empty(dtype, layout.storage(shape));
    for (long i = 0; i < storage.size(); i++) {
      Elements.set(dtype, storage.segment(), i, dtype.isFloating() ? Double.NaN : 99);
    }
    Tensor place = layout.view(storage, shape);
    int[] at = new int[1];
    forEachPosition(place, i -> Elements.set(dtype, place.segment(), i, values[at[0]++]));
    return layout.view(storage.to(backend.device()), shape);
  }

  Tensor indices(long... values) {
    return Tensor.of(Shape.of(values.length), values).to(backend.device());
  }

  /** Memory for a result, filled with what no kernel may read. */
  Tensor output(DType dtype, Shape shape) {
    double[] garbage = new double[Math.toIntExact(shape.size())];
    Arrays.fill(garbage, dtype.isFloating() ? Double.NaN : 99);
    return tensor(dtype, shape, garbage);
  }

  // ---- results

  /** The elements, row-major. */
  static double[] read(Tensor tensor) {
    Tensor host = tensor.to(Device.CPU);
    double[] values = new double[Math.toIntExact(host.size())];
    int[] at = new int[1];
    forEachPosition(host, i -> values[at[0]++] = Elements.get(host.dtype(), host.segment(), i));
    return values;
  }

  private static void forEachPosition(Tensor tensor, LongConsumer visit) {
    int[] index = new int[tensor.rank()];
    for (long i = 0; i < tensor.size(); i++) {
      long position = 0;
      for (int axis = 0; axis < index.length; axis++) {
        position += index[axis] * tensor.stride(axis);
      }
      visit.accept(position);
      for (int axis = index.length - 1; axis >= 0 && ++index[axis] == tensor.dim(axis); axis--) {
        index[axis] = 0;
      }
    }
  }

  /** Distance from 1 to the next number of the type. */
  static double epsilon(DType dtype) {
    return dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
  }

  static void assertExactly(Tensor actual, double... expected) {
    assertThat(read(actual)).containsExactly(expected);
  }

  /**
   * Compares sums of rounded terms.
   *
   * @param magnitudes for each result, the sum of its terms' absolute values
   * @param terms how many roundings a result may have behind it
   */
  static void assertSums(
      String what, Tensor actual, double[] expected, double[] magnitudes, int terms) {
    double[] bounds = new double[expected.length];
    double unit = epsilon(actual.dtype()) * (terms + 4);
    Arrays.setAll(bounds, i -> unit * Math.max(magnitudes[i], Math.abs(expected[i])));
    assertWithin(what, actual, expected, bounds);
  }

  /** Compares with an absolute bound for each element; NaN and infinities must be met exactly. */
  static void assertWithin(String what, Tensor actual, double[] expected, double[] bounds) {
    double[] values = read(actual);
    assertThat(values).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < values.length; i++) {
      double want = rounded(actual.dtype(), expected[i]);
      boolean same = Double.compare(values[i], want) == 0 || values[i] == want;
      if (!same && !(Math.abs(values[i] - want) <= bounds[i])) {
        fail(
            "%s: element %d of %s is %s but should be %s within %s",
            what, i, actual.shape(), values[i], want, bounds[i]);
      }
    }
  }
}
