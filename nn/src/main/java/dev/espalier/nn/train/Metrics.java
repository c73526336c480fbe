package dev.espalier.nn.train;

import java.util.List;

/**
 * How well a classifier does on a set of examples.
 *
 * @param count number of examples
 * @param loss mean loss
 * @param top1 share of examples whose label has the largest logit
 * @param top5 share of examples whose label is among the five largest logits
 * @param perClass share of each class's examples that are right by top-1; NaN for a class without
 *     examples
 */
public record Metrics(long count, double loss, double top1, double top5, List<Double> perClass) {
  /** Copies the list. */
  public Metrics {
    perClass = List.copyOf(perClass);
  }
}
