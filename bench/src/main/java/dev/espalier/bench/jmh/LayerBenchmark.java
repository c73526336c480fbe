package dev.espalier.bench.jmh;

import org.openjdk.jmh.annotations.Param;

/** Layers without weights: softmax, normalisation, pooling, attention. */
public class LayerBenchmark extends KernelBenchmark {
  @Param({"softmax forward dense 1536x128 0", "layernorm forward dense 2048x512 0"})
  private String name;

  @Override
  protected String name() {
    return name;
  }
}
