package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Linear;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Restart;
import java.util.ArrayList;
import java.util.List;

/**
 * As another fine-tuning, with less dropout where a layer has fewer connections: {@code D_r = D_o
 * sqrt(C_r / C_o)}, C being the connections that the layer has and once had, since dropout acts on
 * neurons and connections grow with their square.
 *
 * <p>A dropout layer belongs to the linear or convolutional layer before it in the module's order,
 * whose neurons it drops; one at the very front to the layer after it. D_o is the rate that it was
 * made with. Source: S. Han et al., Learning both Weights and Connections (2015).
 *
 * @param base what survivors start from
 */
public record AdjustedDropout(FineTune base) implements Refined {
  @Override
  public String name() {
    return base.name() + "-adjusted-dropout";
  }

  @Override
  public FineTune inRound(int round, int rounds) {
    return new AdjustedDropout(base.inRound(round, rounds));
  }

  @Override
  public void prepare(Restart restart) {
    base.prepare(restart);
    adjust(restart.module());
  }

  /**
   * Sets the rates of all dropout layers of a module from its masks.
   *
   * @throws IllegalArgumentException if there are dropout layers but no layer with connections
   */
  public static void adjust(Module module) {
    List<Dropout> waiting = new ArrayList<>();
    Parameter before = null;
    for (Module part : module.namedModules().values()) {
      Parameter weight = weight(part);
      if (weight != null) {
        before = weight;
        waiting.forEach(dropout -> adjust(dropout, weight));
        waiting.clear();
      } else if (part instanceof Dropout dropout) {
        if (before == null) {
          waiting.add(dropout);
        } else {
          adjust(dropout, before);
        }
      }
    }
    if (!waiting.isEmpty()) {
      throw new IllegalArgumentException(
          "adjusted dropout: the module has no linear or convolutional layer whose connections"
              + " could be counted");
    }
  }

  private static Parameter weight(Module part) {
    return switch (part) {
      case Linear linear -> linear.weight();
      case Conv2d conv -> conv.weight();
      default -> null;
    };
  }

  private static void adjust(Dropout dropout, Parameter weight) {
    double left = (double) weight.kept() / weight.tensor().size();
    dropout.setRate(dropout.initialRate() * Math.sqrt(left));
  }
}
