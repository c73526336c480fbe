package dev.espalier.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.memory.CapturedStep;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Epilogue;
import dev.espalier.tensor.spi.ReduceOp;
import dev.espalier.tensor.spi.SgdStep;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A training step of a network of two layers, captured once and replayed for every batch. */
class CapturedTrainingTest {
  private static final int BATCH = 5;
  private static final int INPUTS = 7;
  private static final int HIDDEN = 11;
  private static final int CLASSES = 3;
  private static final SgdStep SGD = new SgdStep(0.1, 0.9, 0, 1e-3, false, false);

  private final Device device = device();
  private final CudaBackend backend = (CudaBackend) Backends.of(device);
  private final DeviceContext context = backend.context();
  private Scope scope;

  /** The device that is tested. */
  Device device() {
    return new Device("cuda", 0);
  }

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  /** Parameters, momenta, and the places where a batch goes in and its loss comes out. */
  private final class Net {
    final Tensor x = zeros(BATCH, INPUTS);
    final Tensor labels = Tensor.of(Shape.of(BATCH), new long[BATCH]).to(device);
    final Tensor loss = zeros(1);
    final Tensor w1 = random(1, INPUTS, HIDDEN);
    final Tensor w2 = random(2, HIDDEN, CLASSES);
    final Tensor v1 = zeros(INPUTS, HIDDEN);
    final Tensor v2 = zeros(HIDDEN, CLASSES);

    /** Cross-entropy, its gradient, and a step of SGD with momentum. */
    void step() {
      try (Scope _ = Scope.open("step")) {
        Tensor h = empty(BATCH, HIDDEN);
        backend.gemm(1, x, w1, 0, h, new Epilogue(null, null, true));
        Tensor logits = empty(BATCH, CLASSES);
        backend.gemm(1, h, w2, 0, logits, Epilogue.NONE);
        Tensor logs = empty(BATCH, CLASSES);
        backend.softmax(logits, true, logs);
        Tensor picked = empty(BATCH);
        backend.pick(logs, labels, picked);
        backend.reduce(ReduceOp.SUM, picked, new boolean[] {true}, loss);
        Tensor minus = empty(BATCH);
        backend.fill(minus, -1.0 / BATCH);
        Tensor dlogs = empty(BATCH, CLASSES);
        backend.unpick(minus, labels, dlogs);
        Tensor dlogits = empty(BATCH, CLASSES);
        backend.softmaxGrad(logs, dlogs, true, dlogits);
        Tensor dw2 = empty(HIDDEN, CLASSES);
        backend.gemm(1, h.transpose(), dlogits, 0, dw2, Epilogue.NONE);
        Tensor dh = empty(BATCH, HIDDEN);
        backend.gemm(1, dlogits, w2.transpose(), 0, dh, Epilogue.NONE);
        backend.binary(BinaryOp.RELU_GRAD, dh, h, dh);
        Tensor dw1 = empty(INPUTS, HIDDEN);
        backend.gemm(1, x.transpose(), dh, 0, dw1, Epilogue.NONE);
        backend.sgdStep(SGD, w1, dw1, v1);
        backend.sgdStep(SGD, w2, dw2, v2);
      }
    }

    void load(int batch) {
      try (Scope _ = Scope.open("load")) {
        x.copyFrom(random(100 + batch, BATCH, INPUTS));
        long[] classes = new long[BATCH];
        for (int i = 0; i < BATCH; i++) {
          classes[i] = (batch + (long) i) % CLASSES;
        }
        labels.copyFrom(Tensor.of(Shape.of(BATCH), classes).to(device));
      }
    }

    double[] state() {
      List<Double> all = new ArrayList<>();
      for (Tensor t : List.of(loss, w1, w2, v1, v2)) {
        for (double value : t.toDoubleArray()) {
          all.add(value);
        }
      }
      return all.stream().mapToDouble(Double::doubleValue).toArray();
    }
  }

  private Tensor empty(int... dims) {
    return Tensor.empty(DType.FLOAT32, Shape.of(dims), device);
  }

  private Tensor zeros(int... dims) {
    return empty(dims).fill(0);
  }

  private Tensor random(long seed, int... dims) {
    return RandomFill.uniform(new Generator(seed), DType.FLOAT32, Shape.of(dims), -1, 1).to(device);
  }

  @Test
  void replaysGiveTheSameBitsAsTheStepItself() {
    var eager = new Net();
    var replayed = new Net();
    try (CapturedStep step = context.capture(replayed::step)) {
      assertThat(step.size()).isGreaterThan(10);
      assertThat(replayed.state()).as("a capture runs nothing").containsExactly(new Net().state());
      for (int batch = 0; batch < 6; batch++) {
        eager.load(batch);
        eager.step();
        replayed.load(batch);
        context.replay(step);
        assertThat(replayed.state()).as("batch %d", batch).containsExactly(eager.state());
      }
    }
    assertThat(eager.loss.toDoubleArray()[0]).isNotZero();
  }

  @Test
  void figuresAreFlatFromTheSecondStepOn() {
    var net = new Net();
    Memory.Stats first = null;
    for (int batch = 0; batch < 4; batch++) {
      net.load(batch);
      net.step();
      Memory.Stats now = context.memory();
      if (first != null) {
        assertThat(now.bytesInUse()).isEqualTo(first.bytesInUse());
        assertThat(now.bytesCached()).isEqualTo(first.bytesCached());
        assertThat(now.peakBytesInUse()).isEqualTo(first.peakBytesInUse());
      }
      first = now;
    }
  }

  @Test
  void aStepThatReadsAResultCannotBeCaptured() {
    var net = new Net();
    net.step(); // a library's workspace stays
    long before = context.memory().bytesInUse();
    assertThatThrownBy(
            () ->
                context.capture(
                    () -> {
                      net.step();
                      net.loss.toDoubleArray();
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot be captured");
    assertThat(context.memory().bytesInUse()).isEqualTo(before);
    net.load(0);
    net.step();
    assertThat(net.loss.toDoubleArray()[0]).isNotZero();
  }
}
