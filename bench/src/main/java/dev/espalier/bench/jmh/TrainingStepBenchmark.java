package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Whole training steps: forward, loss, backward, update. */
public class TrainingStepBenchmark extends KernelBenchmark {
  @Param("train-step step dense lenet-300-100@128 0")
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
