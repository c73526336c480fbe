package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.library.DenseLibrary;
import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.DenseProduct;
import dev.espalier.cuda.library.Libraries;
import dev.espalier.cuda.library.SparseLibrary;
import dev.espalier.cuda.memory.DeviceAllocator;
import dev.espalier.cuda.memory.OrderedStream;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.Elements;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is asked of the vendor's library, which here is plain loops over the device's memory. */
final class LibraryProductsTest {
  private static final Device DEVICE = new Device("cuda", 0);

  private final DeviceContext real = ((CudaBackend) Backends.of(DEVICE)).context();
  private final List<DenseProduct> asked = new ArrayList<>();
  private final DeviceContext context =
      new DeviceContext(
          real.driver(), _ -> new LoopLibraries(), DEVICE, DeviceAllocator.Mode.EXACT);
  private final Gemm gemm = new Gemm(context);
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  /** Reads operands by their description and computes in double. */
  private final class LoopLibraries implements Libraries, DenseLibrary {
    @Override
    public List<String> absences() {
      return List.of();
    }

    @Override
    public Optional<DenseLibrary> dense() {
      return Optional.of(this);
    }

    @Override
    public Optional<SparseLibrary> sparse() {
      return Optional.empty();
    }

    @Override
    public String name() {
      return "loops";
    }

    @Override
    public void gemm(DenseProduct p, OrderedStream stream) {
      asked.add(p);
      for (int batch = 0; batch < p.batch(); batch++) {
        double[] a = read(p.a(), batch, p.m(), p.k(), stream);
        double[] b = read(p.b(), batch, p.k(), p.n(), stream);
        double[] c =
            p.beta() == 0 ? new double[p.m() * p.n()] : read(p.c(), batch, p.m(), p.n(), stream);
        for (int i = 0; i < p.m(); i++) {
          for (int j = 0; j < p.n(); j++) {
            double sum = 0;
            for (int t = 0; t < p.k(); t++) {
              sum += a[i * p.k() + t] * b[t * p.n() + j];
            }
            int at = i * p.n() + j;
            c[at] = p.alpha() * sum + p.beta() * c[at];
          }
        }
        write(p.c(), batch, p.m(), p.n(), c, stream);
      }
    }

    private double[] read(
        DenseOperand operand, int batch, int rows, int columns, OrderedStream stream) {
      double[] values = new double[rows * columns];
      int lines = operand.transposed() ? columns : rows;
      int length = operand.transposed() ? rows : columns;
      long bytes = operand.type().bytes();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment line = arena.allocate(length * bytes, 8);
        for (int i = 0; i < lines; i++) {
          long offset = (batch * operand.layer() + i * operand.leading()) * bytes;
          stream.copyToHost(operand.pointer().plus(offset), line);
          stream.synchronize();
          for (int j = 0; j < length; j++) {
            int at = operand.transposed() ? j * columns + i : i * columns + j;
            values[at] = Elements.get(operand.type(), line, j);
          }
        }
      }
      return values;
    }

    private void write(
        DenseOperand operand,
        int batch,
        int rows,
        int columns,
        double[] values,
        OrderedStream stream) {
      long bytes = operand.type().bytes();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment line = arena.allocate(columns * bytes, 8);
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < columns; j++) {
            Elements.set(operand.type(), line, j, values[i * columns + j]);
          }
          long offset = (batch * operand.layer() + i * operand.leading()) * bytes;
          stream.copyToDevice(line, operand.pointer().plus(offset));
          stream.synchronize();
        }
      }
    }

    @Override
    public void close() {}
  }

  private static Tensor values(DType dtype, long seed, int... dims) {
    return RandomFill.uniform(new Generator(seed), dtype, Shape.of(dims), -1, 1).to(DEVICE);
  }

  private void check(Tensor a, Tensor b, double beta, Epilogue epilogue, int expectedCalls) {
    Shape shape =
        a.rank() == 3 ? Shape.of(a.dim(0), a.dim(1), b.dim(2)) : Shape.of(a.dim(0), b.dim(1));
    Tensor before = values(a.dtype(), 9, shape.toArray());
    Tensor byLibrary = before.copy();
    Tensor ours = before.copy();
    real.synchronize();
    gemm.gemm(0.5, a, b, beta, byLibrary, epilogue);
    context.synchronize();
    new Gemm(real).gemm(0.5, a, b, beta, ours, epilogue);
    assertThat(asked).hasSize(expectedCalls);
    double unit = a.dtype() == DType.FLOAT32 ? 0x1p-23 : 0x1p-52;
    assertThat(byLibrary.toDoubleArray())
        .containsExactly(ours.toDoubleArray(), within(unit * 4 * (a.dim(-1) + 8)));
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void operandsOfAnyLayoutAreDescribed(DType dtype) {
    int m = 97;
    int k = 131;
    int n = 101;
    check(values(dtype, 1, m, k), values(dtype, 2, k, n), 0, Epilogue.NONE, 1);
    check(values(dtype, 1, k, m).transpose(), values(dtype, 2, k, n), 0.25, Epilogue.NONE, 2);
    check(values(dtype, 1, m, k), values(dtype, 2, n, k).transpose(), 0, Epilogue.NONE, 3);
    Tensor wide = values(dtype, 1, m, k + 3).narrow(1, 1, k);
    check(wide, values(dtype, 2, n + 5, k).narrow(0, 2, n).transpose(), 0, Epilogue.NONE, 4);
  }

  @Test
  void epiloguesFollow() {
    Tensor a = values(DType.FLOAT32, 1, 97, 131);
    Tensor b = values(DType.FLOAT32, 2, 131, 101);
    Tensor rows = values(DType.FLOAT32, 3, 97);
    Tensor columns = values(DType.FLOAT32, 4, 101);
    check(a, b, 0, new Epilogue(null, columns, true), 1);
    check(a, b, 0.5, new Epilogue(rows, null, false), 2);
  }

  @Test
  void batchesAreOneCall() {
    Tensor a = values(DType.FLOAT32, 1, 3, 64, 80);
    Tensor b = values(DType.FLOAT32, 2, 3, 80, 96);
    check(a, b, 0, Epilogue.NONE, 1);
    check(a, b, 0, new Epilogue(null, values(DType.FLOAT32, 4, 96), false), 2);
  }

  @Test
  void smallAndOverlappingOperandsStayOurs() {
    check(
        values(DType.FLOAT32, 1, 31, 2000),
        values(DType.FLOAT32, 2, 2000, 64),
        0,
        Epilogue.NONE,
        0);
    Tensor overlapping = values(DType.FLOAT32, 1, 400).asStrided(Shape.of(97, 131), 1, 1);
    check(overlapping, values(DType.FLOAT32, 2, 131, 101), 0, Epilogue.NONE, 0);
    Tensor row = values(DType.FLOAT32, 1, 1, 131).expand(Shape.of(97, 131));
    check(row, values(DType.FLOAT32, 2, 131, 101), 0, Epilogue.NONE, 0);
  }

  @Test
  void thePrecisionIsPassedOn() {
    Tensor a = values(DType.FLOAT32, 1, 128, 128);
    Tensor c = values(DType.FLOAT32, 1, 128, 128);
    real.synchronize();
    Precision.BF16.run(() -> gemm.gemm(1, a, a, 0, c, Epilogue.NONE));
    assertThat(asked.getLast().arithmetic()).isEqualTo(DenseProduct.Arithmetic.BF16);
  }
}
