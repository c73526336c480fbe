package dev.espalier.bench.report;

/**
 * How a pruning method is put together from the four axes; each component is a name for the reader.
 *
 * @param structure what lives or dies together: element, filter, ...
 * @param scorer what ranks it: magnitude, random, ...
 * @param scope over what it is ranked: local or global
 * @param schedule how much and when: one-shot, gradual, ...
 * @param finetune what the survivors restart from
 */
public record Composition(
    String structure, String scorer, String scope, String schedule, String finetune) {

  /** Refuses blank names. */
  public Composition {
    Checks.name("structure", structure);
    Checks.name("scorer", scorer);
    Checks.name("scope", scope);
    Checks.name("schedule", schedule);
    Checks.name("finetune", finetune);
  }
}
