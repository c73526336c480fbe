package dev.espalier.cuda.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.Device;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Results are checked before the time is taken, and so is what was timed. */
final class MeterTest {
  private static final long SEED = 5;

  private final CudaBackend backend = (CudaBackend) Backends.of(new Device("cuda", 0));
  private final Meter meter = new Meter(backend, Effort.SMOKE, true);
  private final OurCalls ours = new OurCalls(backend);
  private final Case what =
      CaseList.of(Effort.SMOKE).stream()
          .map(each -> each.by(ours.name()))
          .filter(each -> ours.of(each) != null)
          .findFirst()
          .orElseThrow();

  /** Calls of the operand sets, which are two: first checked, then prepared, then timed. */
  private void measure(int from, boolean writesNothing) {
    Call right = ours.of(what);
    var calls = new AtomicInteger();
    meter.measure(
        what,
        operands -> {
          if (calls.getAndIncrement() < from) {
            right.on(operands);
          } else if (!writesNothing) {
            operands.result().fill(0.5);
          }
        },
        SEED);
  }

  @Test
  void whatIsRightHasATime() {
    Measurement found = meter.measure(what, ours.of(what), SEED);
    assertThat(found.timing()).isNotNull();
    assertThat(found.error()).isBetween(0.0, 1.0);
  }

  @Test
  void aWrongResultIsFoundBeforeTheTimeIsTaken() {
    assertThatExceptionOfType(WrongResultException.class)
        .isThrownBy(() -> measure(0, false))
        .withMessageContaining("must be");
  }

  @Test
  void aTimedCallThatWritesNothingIsFound() {
    assertThatExceptionOfType(WrongResultException.class)
        .isThrownBy(() -> measure(4, true))
        .withMessageContaining("was not written");
  }

  @Test
  void aTimedCallThatIsWrongIsFound() {
    assertThatExceptionOfType(WrongResultException.class)
        .isThrownBy(() -> measure(4, false))
        .withMessageContaining("must be");
  }
}
