package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Weight gradients at an unstructured pattern. */
public class SddmmBenchmark extends KernelBenchmark {
  @Param("sddmm dw csr 512x512x768 0.9")
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
