package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Convolutions, dense and unstructured. */
public class Conv2dBenchmark extends KernelBenchmark {
  @Param({
    "conv2d forward dense 1x64x56x56-64x3x3-s1p1 0",
    "conv2d forward csr 1x64x56x56-64x3x3-s1p1 0.9"
  })
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
