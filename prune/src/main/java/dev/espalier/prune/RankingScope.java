package dev.espalier.prune;

import dev.espalier.prune.budget.EqualMacs;
import dev.espalier.prune.budget.ErdosRenyi;
import dev.espalier.prune.budget.Uniform;
import java.util.List;
import java.util.stream.Stream;

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

  /** The names that {@link #get} knows. */
  static List<String> names() {
    return named().map(RankingScope::label).toList();
  }

  /**
   * A scope by name; budgets that need more than a name, as that by sensitivity, are not among
   * them.
   *
   * @throws IllegalArgumentException with the nearest known name
   */
  static RankingScope get(String name) {
    return named()
        .filter(scope -> scope.label().equals(name))
        .findFirst()
        .orElseThrow(() -> Names.unknown("scope", name, names()));
  }

  private static Stream<RankingScope> named() {
    return Stream.concat(
        PLAIN.stream(),
        Stream.of(new ErdosRenyi(false), ErdosRenyi.erk(), new EqualMacs()).map(PerLayer::new));
  }

  /** One ranking over all layers. */
  record Global() implements RankingScope {
    @Override
    public String label() {
      return "global";
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
