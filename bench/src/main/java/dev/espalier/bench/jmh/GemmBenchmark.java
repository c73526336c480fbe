package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Dense matrix products. */
public class GemmBenchmark extends KernelBenchmark {
  @Param("gemm forward dense 768x768x768 0")
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
