package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Products with an unstructured weight. */
public class SpmmBenchmark extends KernelBenchmark {
  @Param("spmm forward csr 512x512x768 0.9")
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
