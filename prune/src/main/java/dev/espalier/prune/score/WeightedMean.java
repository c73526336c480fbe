package dev.espalier.prune.score;

import dev.espalier.prune.PrunableWeight;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code Σ n_b x_b / Σ n_b} over batches b of n_b rows, for a tensor per weight. */
public final class WeightedMean {
  private final List<PrunableWeight> weights;
  private final List<Tensor> sums = new ArrayList<>();
  private long rows;

  /** Zeros, shaped like the weights; made in the present scope. */
  public WeightedMean(List<PrunableWeight> weights) {
    this.weights = weights;
    weights.forEach(
        w -> sums.add(Tensor.zeros(w.parameter().dtype(), w.parameter().tensor().shape())));
  }

  /** Adds one batch. */
  public void add(List<Tensor> values, int batchRows) {
    for (int i = 0; i < sums.size(); i++) {
      Elementwise.axpby(batchRows, values.get(i), 1, sums.get(i));
    }
    rows += batchRows;
  }

  /** The means, in the order of the weights. */
  public List<Tensor> list() {
    return sums.stream().map(sum -> Elementwise.mulScalar(sum, 1.0 / Math.max(1, rows))).toList();
  }

  /** The means by name. */
  public Map<String, Tensor> byWeight() {
    Map<String, Tensor> result = new LinkedHashMap<>();
    List<Tensor> means = list();
    for (int i = 0; i < means.size(); i++) {
      result.put(weights.get(i).name(), means.get(i));
    }
    return result;
  }
}
