package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.ops.CrossoverProbe.Case;
import dev.espalier.tensor.sparse.Granularity;
import java.util.ArrayList;
import java.util.List;

/** Layers for a {@link CrossoverProbe} to measure. */
public final class CrossoverCases {
  private static final Granularity TWO_OF_FOUR = new Granularity.NOfM(2, 4);
  private static final Granularity SHARED = new Granularity.NOfM(2, 4, 4);

  private CrossoverCases() {}

  /**
   * The layers behind the library's own table: those of the model zoo and powers of two around
   * them.
   */
  public static List<Case> standard() {
    List<Case> cases = new ArrayList<>();
    for (Granularity granularity :
        List.of(
            new Granularity.Element(),
            new Granularity.ColumnVector(4),
            new Granularity.Block(4, 4),
            new Granularity.Block(16, 16),
            TWO_OF_FOUR,
            SHARED)) {
      for (int batch : new int[] {1, 16, 100}) {
        if (granularity.refusal(Shape.of(300, 784)).isEmpty()) {
          cases.add(new Case.Linear(batch, 300, 100, granularity));
          cases.add(new Case.Linear(batch, 784, 300, granularity));
        }
        cases.add(new Case.Linear(batch, 1024, 1024, granularity));
      }
    }
    for (int batch : new int[] {1, 16, 100}) {
      cases.add(new Case.Linear(batch, 400, 10, new Granularity.Element()));
    }
    // Somewhat smaller than in the zoo, whose layers lose channels when they are compiled.
    ConvSpec same = ConvSpec.of(1, 1);
    cases.add(convolution(1, 12, 16, 24, 3, same));
    cases.add(convolution(1, 24, 8, 48, 3, same));
    cases.add(convolution(1, 192, 4, 384, 3, same));
    cases.add(convolution(1, 192, 2, 384, 3, same));
    cases.add(convolution(1, 24, 64, 48, 1, ConvSpec.DEFAULT));
    cases.add(convolution(1, 12, 16, 24, 1, ConvSpec.DEFAULT));
    cases.add(convolution(1, 24, 8, 48, 1, ConvSpec.DEFAULT));
    cases.add(convolution(1, 384, 7, 768, 1, ConvSpec.DEFAULT));
    cases.add(convolution(1, 384, 4, 384, 1, ConvSpec.DEFAULT));
    cases.add(convolution(32, 3, 32, 16, 3, same));
    cases.add(convolution(32, 16, 16, 32, 1, ConvSpec.DEFAULT));
    for (int batch : new int[] {1, 32}) {
      cases.add(convolution(batch, 20, 12, 50, 5, ConvSpec.DEFAULT));
      cases.add(convolution(batch, 16, 32, 16, 3, ConvSpec.of(1, 1)));
      cases.add(convolution(batch, 32, 16, 32, 3, ConvSpec.of(1, 1)));
      cases.add(convolution(batch, 64, 8, 64, 3, ConvSpec.of(1, 1)));
      cases.add(convolution(batch, 64, 16, 64, 1, ConvSpec.DEFAULT));
      cases.add(convolution(batch, 128, 8, 256, 1, ConvSpec.DEFAULT));
      for (Granularity nm : List.of(TWO_OF_FOUR, SHARED)) {
        cases.add(convolution(batch, 32, 16, 32, 3, ConvSpec.of(1, 1), nm));
        cases.add(convolution(batch, 64, 8, 64, 3, ConvSpec.of(1, 1), nm));
        cases.add(convolution(batch, 128, 8, 256, 1, ConvSpec.DEFAULT, nm));
      }
    }
    return cases;
  }

  /** Those, and layers that fill a GPU: of a Transformer, an LSTM and ResNet-50. */
  public static List<Case> ofDevices() {
    List<Case> cases = new ArrayList<>(standard());
    for (Granularity granularity :
        List.of(
            new Granularity.Element(),
            new Granularity.ColumnVector(4),
            new Granularity.Block(8, 8),
            new Granularity.Block(16, 16),
            new Granularity.Block(32, 32),
            new Granularity.Block(64, 64))) {
      cases.add(new Case.Linear(128, 2048, 2048, granularity));
      cases.add(new Case.Linear(2048, 512, 2048, granularity));
      cases.add(convolution(32, 128, 28, 128, 3, ConvSpec.of(1, 1), granularity));
      cases.add(convolution(32, 256, 14, 1024, 1, ConvSpec.DEFAULT, granularity));
    }
    cases.add(convolution(32, 64, 56, 64, 3, ConvSpec.of(1, 1)));
    cases.add(convolution(32, 512, 7, 512, 3, ConvSpec.of(1, 1)));
    return cases;
  }

  /** The smallest layers that need every kernel, to see that all of them run. */
  public static List<Case> tiny() {
    return List.of(
        new Case.Linear(4, 16, 8, new Granularity.Element()),
        new Case.Linear(4, 16, 8, new Granularity.Block(4, 4)),
        new Case.Linear(4, 16, 8, TWO_OF_FOUR),
        convolution(1, 4, 4, 8, 1, ConvSpec.DEFAULT),
        convolution(1, 4, 4, 8, 3, ConvSpec.of(1, 1), new Granularity.Block(4, 4)));
  }

  private static Case convolution(
      int batch, int in, int extent, int out, int kernel, ConvSpec spec) {
    return convolution(batch, in, extent, out, kernel, spec, new Granularity.Element());
  }

  private static Case convolution(
      int batch, int in, int extent, int out, int kernel, ConvSpec spec, Granularity granularity) {
    return new Case.Convolution(
        Shape.of(batch, in, extent, extent), Shape.of(out, in, kernel, kernel), spec, granularity);
  }
}
