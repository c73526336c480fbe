package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Products of an unstructured weight with one vector. */
public class SpmvBenchmark extends KernelBenchmark {
  @Param("spmv forward csr 2048x512x1 0.9")
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
