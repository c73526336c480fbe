package dev.espalier.prune.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompiledModelTest {
  private static Module pruned(String name) {
    Module module = Nets.zoo(name);
    new Pruner(module, Methods.get("layer-magnitude"), Nets.inputs(name, 1), new Generator(1))
        .pruneToDensity(0.1);
    return module;
  }

  private static CompiledModel compiled(String name) {
    return Compiler.compile(pruned(name), Nets.inputs(name, 1), FormatChoice.csr());
  }

  @Test
  void laterChangesOfTheModuleDoNotReachIt() {
    Module module = pruned("resnet-8");
    Tensor x = Nets.inputs("resnet-8", 2);
    try (CompiledModel model = Compiler.compile(module, x)) {
      double[] before = model.run(x).toDoubleArray();
      module.stateDict().values().forEach(tensor -> tensor.fill(7));
      module.close();
      assertThat(model.run(x).toDoubleArray()).isEqualTo(before);
    }
  }

  @Test
  void severalThreadsGetTheResultsOfOne() throws InterruptedException, ExecutionException {
    try (CompiledModel model = compiled("lenet-5-relu");
        var pool = Executors.newFixedThreadPool(4)) {
      List<double[]> alone = new ArrayList<>();
      List<Future<double[]>> together = new ArrayList<>();
      for (int rows = 1; rows <= 12; rows++) {
        Tensor x = Nets.inputs("lenet-5-relu", rows);
        alone.add(model.run(x).toDoubleArray());
      }
      for (int rows = 1; rows <= 12; rows++) {
        Tensor x = Nets.inputs("lenet-5-relu", rows);
        together.add(pool.submit(() -> model.run(x).toDoubleArray()));
      }
      for (int i = 0; i < alone.size(); i++) {
        assertThat(together.get(i).get()).isEqualTo(alone.get(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-300-100", "resnet-8"})
  void threadsWithBatchSizesOfTheirOwnGetTheBitsThatTheyGetAlone(String name)
      throws InterruptedException, ExecutionException {
    int[] rows = {1, 3, 8, 17};
    try (CompiledModel model = compiled(name);
        var pool = Executors.newFixedThreadPool(rows.length)) {
      List<float[]> alone = new ArrayList<>();
      for (int count : rows) {
        alone.add(model.run(Nets.inputs(name, count)).toFloatArray());
      }
      var start = new CountDownLatch(rows.length);
      List<Future<List<float[]>>> together = new ArrayList<>();
      for (int count : rows) {
        together.add(
            pool.submit(
                () -> {
                  Tensor x = Nets.inputs(name, count);
                  start.countDown();
                  start.await();
                  List<float[]> outputs = new ArrayList<>();
                  for (int run = 0; run < 5; run++) {
                    try (Tensor y = model.run(x)) {
                      outputs.add(y.toFloatArray());
                    }
                  }
                  return outputs;
                }));
      }
      for (int i = 0; i < rows.length; i++) {
        for (float[] output : together.get(i).get()) {
          assertThat(output).as("%d rows", rows[i]).isEqualTo(alone.get(i));
        }
      }
    }
  }

  @Test
  void aModelMayBeClosedWhileItRuns() throws InterruptedException, ExecutionException {
    Tensor x = Nets.inputs("resnet-8", 4);
    CompiledModel model = compiled("resnet-8");
    double[] expected = model.run(x).toDoubleArray();
    try (var pool = Executors.newSingleThreadExecutor()) {
      var running = new CountDownLatch(1);
      Future<?> runs =
          pool.submit(
              () -> {
                running.countDown();
                while (true) {
                  assertThat(model.run(x).toDoubleArray()).isEqualTo(expected);
                }
              });
      running.await();
      model.close();
      assertThatThrownBy(runs::get)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-300-100", "resnet-8"})
  void repeatedRunsHoldNoMemoryButTheirResult(String name) throws InterruptedException {
    try (CompiledModel model = compiled(name)) {
      Tensor x = Nets.inputs(name, 2);
      model.run(x).close();
      Nets.settledMemory();
      Memory.Stats before = Memory.stats();
      for (int i = 0; i < 10; i++) {
        model.run(x).close();
      }
      Memory.Stats after = Memory.stats();
      assertThat(after.bytesInUse()).isEqualTo(before.bytesInUse());
      assertThat(after.bytesCached()).isEqualTo(before.bytesCached());
      assertThat(after.liveStorages()).isEqualTo(before.liveStorages());
    }
  }

  @Test
  void aResultBelongsToTheCallersScope() {
    try (CompiledModel model = compiled("lenet-300-100")) {
      Tensor x = Nets.inputs("lenet-300-100", 2);
      Tensor inside;
      try (var _ = Scope.open("caller")) {
        inside = model.run(x);
        assertThat(inside.isClosed()).isFalse();
      }
      assertThat(inside.isClosed()).isTrue();
      assertThat(x.isClosed()).isFalse();
    }
  }

  @Test
  void closingFreesTheWeights() throws InterruptedException {
    Module module = pruned("lenet-300-100");
    Tensor example = Nets.inputs("lenet-300-100", 1);
    Nets.settledMemory();
    Memory.Stats before = Memory.stats();
    CompiledModel model = Compiler.compile(module, example, FormatChoice.csr());
    assertThat(Memory.stats().bytesInUse()).isGreaterThan(before.bytesInUse());
    model.close();
    model.close();
    assertThat(Memory.stats().bytesInUse()).isEqualTo(before.bytesInUse());
    assertThatThrownBy(() -> model.run(example))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void inputsOfAnotherShapeOrTypeAreRefusedWithBoth() {
    try (CompiledModel model = compiled("lenet-300-100")) {
      assertThatThrownBy(() -> model.run(Nets.inputs(Shape.of(1, 28, 27), 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("[1, 1, 28, 28]", "[2, 1, 28, 27]");
      assertThatThrownBy(() -> model.run(Nets.inputs(Shape.of(784), 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("[1, 1, 28, 28]", "[2, 784]");
      assertThatThrownBy(() -> model.run(Nets.inputs("lenet-300-100", 0)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("at least one row", "[0, 1, 28, 28]");
      assertThatThrownBy(() -> model.run(Nets.inputs("lenet-300-100", 2).to(DType.FLOAT64)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("float32", "float64");
    }
  }

  @Test
  void stridedInputsAreRead() {
    try (CompiledModel model = compiled("lenet-5")) {
      Tensor x = Nets.inputs("lenet-5", 2);
      Tensor strided = x.transpose(2, 3).contiguous().transpose(2, 3);
      assertThat(strided.isContiguous()).isFalse();
      assertThat(model.run(strided).toDoubleArray()).isEqualTo(model.run(x).toDoubleArray());
    }
  }

  @Test
  void aChoiceByBatchSizeHoldsBothFormats() {
    FormatChoice few =
        product ->
            (product.columns() < 10 ? FormatChoice.csr() : FormatChoice.dense()).choose(product);
    Module module = pruned("lenet-300-100");
    try (CompiledModel model = Compiler.compile(module, Nets.inputs("lenet-300-100", 1), few)) {
      assertThat(model.layers())
          .contains("linear fc1.weight + relu: csr or dense by batch size, density 0.100");
      for (int rows : new int[] {9, 10}) {
        Tensor x = Nets.inputs("lenet-300-100", rows);
        Nets.assertClose(model.run(x), Nets.outputs(module, x), 1e-5);
      }
    }
  }

  @Test
  void theBenchmarkOrdersItsPercentiles() {
    try (CompiledModel model = compiled("lenet-300-100")) {
      Latency latency = model.benchmark(1, 0.01);
      assertThat(latency.runs()).isGreaterThanOrEqualTo(20);
      assertThat(latency.p10Millis()).isPositive().isLessThanOrEqualTo(latency.medianMillis());
      assertThat(latency.medianMillis()).isLessThanOrEqualTo(latency.p90Millis());
    }
  }

  @Test
  void theProfileHasARowForEachStep() {
    try (CompiledModel model = compiled("lenet-5-relu")) {
      StepTimes times = model.profile(2, 0.01);
      assertThat(times.batch()).isEqualTo(2);
      assertThat(times.rows()).hasSameSizeAs(model.layers()).allMatch(row -> row.micros() >= 0);
      assertThat(times.rows().getFirst())
          .extracting(StepTimes.Row::step, row -> row.output().dim(0), StepTimes.Row::format)
          .containsExactly("conv2d conv1.weight + relu", 2, "csr");
      assertThat(times.micros()).isPositive();
      assertThat(times.toString()).contains("conv2d conv1.weight", "us for 2 rows");
    }
  }
}
