package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/**
 * One layer per round to the target density, the last layer first.
 *
 * <p>A round's fine-tuning lets the layers before adapt to what is left behind them. Source: the
 * top-down order of Y. Sun, X. Wang, X. Tang, Sparsifying Neural Network Connections for Face
 * Recognition (2016).
 */
public record BackToFront() implements Schedule.Rounds {
  @Override
  public String name() {
    return "back-to-front";
  }

  @Override
  public int rounds(double last, int layers) {
    return layers;
  }

  @Override
  public double density(int round, double last) {
    return last;
  }

  @Override
  public boolean opens(int round, int layer, int layers) {
    return layer == layers - round;
  }

  @Override
  public boolean tellsLayersApart() {
    return true;
  }
}
