package dev.espalier.prune.budget;

import dev.espalier.prune.Budget;
import java.util.List;

/**
 * {@code d_l = min(1, c / MACs_l)}: every layer may spend the same number of multiply-accumulates,
 * with c such that the whole model has the density asked for. Layers that cost less stay dense, so
 * that the cuts fall where the arithmetic is.
 *
 * <p>To reach a number of multiply-accumulates, with this or another budget, see {@link
 * dev.espalier.prune.Pruner#pruneToSpeedup}.
 */
public record EqualMacs() implements Budget {
  @Override
  public String name() {
    return "flops";
  }

  @Override
  public double[] densities(List<Layer> layers, double density) {
    double[] sizes = layers.stream().mapToDouble(Layer::groups).toArray();
    double[] ratios = new double[sizes.length];
    for (int i = 0; i < ratios.length; i++) {
      long macs = layers.get(i).macs();
      if (macs <= 0) {
        throw new IllegalArgumentException(
            "budget 'flops': no multiply-accumulates are known of layer '%s'"
                .formatted(layers.get(i).name()));
      }
      ratios[i] = 1.0 / macs;
    }
    return Shares.capped(sizes, ratios, density);
  }
}
