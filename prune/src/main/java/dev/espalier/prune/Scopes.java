package dev.espalier.prune;

import dev.espalier.prune.budget.EqualMacs;
import dev.espalier.prune.budget.ErdosRenyi;

/** Who competes with whom, by name, one line each. Densities given per layer are not among them. */
public final class Scopes {
  private static final Registry<RankingScope> ALL =
      new Registry<RankingScope>("scope")
          .with("local", "every layer keeps the same share", () -> RankingScope.LOCAL)
          .with("global", "one ranking over all layers", () -> RankingScope.GLOBAL)
          .with(
              "erdos-renyi",
              "layers keep more the fewer weights they have per neuron (Mocanu et al. 2018)",
              () -> RankingScope.perLayer(new ErdosRenyi(false)))
          .with(
              "erk",
              "the same with the extents of kernels (Evci et al. 2020)",
              () -> RankingScope.perLayer(ErdosRenyi.erk()))
          .with(
              "flops",
              "layers may spend the same number of multiply-adds",
              () -> RankingScope.perLayer(new EqualMacs()))
          .with(
              "sensitivity",
              "layers lose the same accuracy, each pruned alone, measured on a sample of the"
                  + " training images (Han et al. 2015, Li et al. 2016)",
              RankingScope.Sensitivity::new);

  private Scopes() {}

  /** All of them. */
  public static Registry<RankingScope> all() {
    return ALL;
  }
}
