package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Whole compiled networks. */
public class ModelBenchmark extends KernelBenchmark {
  @Param("model forward dense resnet-20@1 0")
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
