package dev.espalier.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.bench.peer.PeerUnavailableException;
import dev.espalier.bench.peer.Problem;
import dev.espalier.tensor.Threads;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Opening one side of a comparison, which checks its result. */
final class ContenderTest {
  private final int threads = Threads.count();

  static Stream<CaseName> cases() {
    return TinyCases.all();
  }

  @AfterEach
  void restoreThreads() {
    Threads.setCount(threads);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ourKernelComputesWhatThePlainLoopDoes(CaseName name) {
    try (Contender ours = Contender.open(name, Contender.OURS, 1)) {
      assertThat(ours.usefulFlops()).isPositive().isLessThanOrEqualTo(ours.denseFlops());
      assertThat(ours.bytes()).isPositive();
      ours.run();
    }
  }

  @Test
  void theDenseTwinDoesAllTheWork() {
    var name = CaseName.parse("spmm forward csr 16x24x19 0.75");
    try (Contender sparse = Contender.open(name, Contender.OURS, 1);
        Contender dense = Contender.open(name, Contender.OUR_DENSE, 1)) {
      assertThat(dense.denseFlops()).isEqualTo(2.0 * 16 * 24 * 19);
      assertThat(dense.usefulFlops()).isEqualTo(4 * sparse.usefulFlops());
    }
  }

  @Test
  void aPeerThatIsNotThereIsNamedWithTheRemedy() {
    assertThatThrownBy(
            () -> Contender.open(CaseName.parse("gemm forward dense 2x2x2 0"), "nobody", 1))
        .isInstanceOf(PeerUnavailableException.class)
        .hasMessageContaining("nobody")
        .hasMessageContaining("--peers");
  }

  @Test
  void aWrongElementIsFound() {
    var wrong = new OneElement(1 + 1e-5);
    assertThatThrownBy(() -> Agreement.require("wrong", wrong, wrong::actual))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("element 0")
        .hasMessageContaining("must be 1");
    var notANumber = new OneElement(Double.NaN);
    assertThatThrownBy(() -> Agreement.require("NaN", notANumber, notANumber::actual))
        .isInstanceOf(IllegalStateException.class);
    var rounded = new OneElement(1 + 1e-7);
    Agreement.require("rounded", rounded, rounded::actual);
  }

  /** A result of which the only element must be 1. */
  private record OneElement(double value) implements Workload {
    @Override
    public void run() {}

    @Override
    public double usefulFlops() {
      return 1;
    }

    @Override
    public double bytes() {
      return 4;
    }

    @Override
    public long elements() {
      return 1;
    }

    @Override
    public double actual(long element) {
      return value;
    }

    @Override
    public Expected expected(long element) {
      return new Expected(1, 1, 1);
    }

    @Override
    public Problem problem() {
      return new Problem.Gemm(1, 1, 1, 1, false, false);
    }

    @Override
    public List<MemorySegment> inputs() {
      return List.of();
    }

    @Override
    public long denseElements() {
      return 1;
    }

    @Override
    public void close() {}
  }
}
