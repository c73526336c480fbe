package dev.espalier.prune;

/** Whether groups compete inside their own layer or over the whole model. */
public enum RankingScope {
  /** Every layer keeps the same share. */
  LOCAL("local"),
  /** One ranking over all layers; a layer never becomes empty. */
  GLOBAL("global");

  private final String label;

  RankingScope(String label) {
    this.label = label;
  }

  /** Name for the registry and the results. */
  public String label() {
    return label;
  }
}
