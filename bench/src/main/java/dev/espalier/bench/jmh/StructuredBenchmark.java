package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Products with weights pruned in vectors, blocks or n of m. */
public class StructuredBenchmark extends KernelBenchmark {
  @Param({
    "spmm forward vector-4x1 512x512x768 0.9",
    "spmm forward bsr-16 512x512x768 0.9",
    "spmm forward nm-2:4x4 512x512x768 0.5"
  })
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
