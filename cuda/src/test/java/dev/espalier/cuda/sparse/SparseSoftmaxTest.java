package dev.espalier.cuda.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Softmax over stored positions against loops in double precision. */
final class SparseSoftmaxTest {
  private static final Device CUDA = new Device("cuda", 0);
  private static final int[] LENGTHS = {0, 1, 31, 32, 33, 0, 100, 2};

  private final SparseSoftmax softmax =
      new SparseSoftmax(((CudaBackend) Backends.of(CUDA)).context());

  private static CsrPattern pattern() {
    int[] offsets = new int[LENGTHS.length + 1];
    for (int row = 0; row < LENGTHS.length; row++) {
      offsets[row + 1] = offsets[row] + LENGTHS[row];
    }
    int[] columns = new int[offsets[LENGTHS.length]];
    for (int row = 0; row < LENGTHS.length; row++) {
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        columns[p] = p - offsets[row];
      }
    }
    return CsrPattern.of(LENGTHS.length, 100, offsets, columns);
  }

  private static double[] values(long seed, int count) {
    var generator = new Generator(seed);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (20 * generator.nextDouble() - 10);
    }
    return values;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void matchesLoops(DType type) {
    CsrPattern pattern = pattern();
    int[] offsets = pattern.rowOffsets();
    double[] x = values(1, pattern.nnz());
    double[] dy = values(2, pattern.nnz());
    double[] y = new double[x.length];
    double[] dx = new double[x.length];
    for (int row = 0; row < pattern.rows(); row++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        most = Math.max(most, x[p]);
      }
      double sum = 0;
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        y[p] = Math.exp(x[p] - most);
        sum += y[p];
      }
      double dot = 0;
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        y[p] /= sum;
        dot += y[p] * dy[p];
      }
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        dx[p] = y[p] * (dy[p] - dot);
      }
    }
    double unit = type == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
    try (var _ = Scope.open("test")) {
      Tensor values = Tensor.of(Shape.of(x.length), x).to(type).to(CUDA);
      Tensor gradient = Tensor.of(Shape.of(x.length), dy).to(type).to(CUDA);
      Tensor result = Tensor.zeros(type, Shape.of(x.length)).to(CUDA);
      softmax.forward(pattern, values, result);
      assertThat(softmax.forward(pattern, values).to(Device.CPU).toDoubleArray())
          .containsExactly(result.to(Device.CPU).toDoubleArray());
      double[] forward = result.to(Device.CPU).toDoubleArray();
      Tensor fresh = softmax.gradient(pattern, result, gradient);
      softmax.gradient(pattern, result, gradient, result);
      assertThat(fresh.to(Device.CPU).toDoubleArray())
          .containsExactly(result.to(Device.CPU).toDoubleArray());
      double[] backward = result.to(Device.CPU).toDoubleArray();
      for (int p = 0; p < x.length; p++) {
        // each exponential's argument is up to 20 in size, and is rounded once
        assertThat(forward[p]).as("y[%d]", p).isCloseTo(y[p], within(y[p] * 140 * unit));
        assertThat(backward[p]).as("dx[%d]", p).isCloseTo(dx[p], within(y[p] * 20 * 240 * unit));
      }
    }
  }

  @Test
  void refusesWhatNoKernelTakes() {
    CsrPattern pattern = CsrPattern.of(1, 2, new int[] {0, 2}, new int[] {0, 1});
    Tensor half = Tensor.full(DType.BFLOAT16, Shape.of(2), 1).to(CUDA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.forward(pattern, half, half))
        .withMessageContainingAll("float32 or float64", "bfloat16");
    Tensor host = Tensor.full(DType.FLOAT32, Shape.of(2), 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.forward(pattern, host))
        .withMessageContainingAll("sparse softmax", "is on cpu, not on cuda:0", "to(device)");
    Tensor two = host.to(CUDA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.gradient(pattern, two, two.to(DType.FLOAT64)))
        .withMessageContainingAll("one type", "float64");
    Tensor more = Tensor.full(DType.FLOAT32, Shape.of(4), 1).to(CUDA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.forward(pattern, more.narrow(0, 0, 2), more.narrow(0, 1, 2)))
        .withMessageContainingAll("overlaps", "1 elements off", "copy()");
    Tensor three = Tensor.full(DType.FLOAT32, Shape.of(3), 1).to(CUDA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.forward(pattern, three, three))
        .withMessageContainingAll("2 contiguous values", "[3]");
    var blocks = new BsrPattern(pattern, 2, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> softmax.forward(blocks, three, three))
        .withMessageContaining("convert it to CSR");
  }
}
