package dev.espalier.prune;

import dev.espalier.prune.budget.Uniform;
import java.util.List;

/** Who competes with whom: groups of the whole model, or those inside each layer. */
public sealed interface RankingScope {
  /** Every layer keeps the same share. */
  RankingScope LOCAL = new PerLayer(new Uniform());

  /** One ranking over all layers. */
  RankingScope GLOBAL = new Global();

  /** The two scopes that need nothing but scores. */
  List<RankingScope> PLAIN = List.of(LOCAL, GLOBAL);

  /** Name for the registry and the results. */
  String label();

  /** Every layer keeps the share that a budget gives it. */
  static RankingScope perLayer(Budget budget) {
    return new PerLayer(budget);
  }

  /**
   * A scope by name, as {@link Scopes} list them.
   *
   * @throws IllegalArgumentException with the nearest known name
   */
  static RankingScope get(String name) {
    return Scopes.all().get(name);
  }

  /** One ranking over all layers. */
  record Global() implements RankingScope {
    @Override
    public String label() {
      return "global";
    }
  }

  /**
   * A ranking in each layer, by {@link dev.espalier.prune.budget.SensitivityBudget} of what the
   * pruner measures on its data before it prunes for the first time.
   */
  record Sensitivity() implements RankingScope {
    @Override
    public String label() {
      return "sensitivity";
    }
  }

  /** A ranking in each layer, by a budget. */
  record PerLayer(Budget budget) implements RankingScope {
    @Override
    public String label() {
      return budget.name();
    }
  }
}
