package dev.espalier.tensor.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.cpu.ConvGeometry;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConvolutionTest {
  /** Elements before each operand, so that no offset is 0. */
  private static final int OFFSET = 3;

  private final int threadsBefore = Workers.threads();

  @AfterEach
  void restoreThreads() {
    Workers.setThreads(threadsBefore);
  }

  private static ConvSpec spec(int stride, int padding, int dilation, int groups) {
    return ConvSpec.of(stride, padding).withDilation(dilation).withGroups(groups);
  }

  private static ConvGeometry square(
      ConvSpec spec, int batch, int in, int out, int extent, int kernel) {
    return ConvGeometry.of(spec, batch, in, extent, extent, out, kernel, kernel);
  }

  /** The three operands of one geometry and the reference that pairs them. */
  private record Problem(
      ConvGeometry g, MemorySegment x, MemorySegment w, MemorySegment y, MemorySegment bias) {
    static Problem random(ConvGeometry g) {
      return new Problem(
          g,
          Floats.random(OFFSET + inputSize(g), 1),
          Floats.random(OFFSET + weightSize(g), 2),
          Floats.random(OFFSET + outputSize(g), 3),
          Floats.random(OFFSET + g.outChannels(), 4));
    }

    static long inputSize(ConvGeometry g) {
      return (long) g.batch() * g.inChannels() * g.inPlane();
    }

    static long weightSize(ConvGeometry g) {
      return (long) g.outChannels() * g.inPerGroup() * g.taps();
    }

    static long outputSize(ConvGeometry g) {
      return (long) g.batch() * g.outChannels() * g.outPlane();
    }

    /** Gets (index of x, index of w, index of y) of every multiplication of the forward pass. */
    private interface Term {
      void accept(int x, int w, int y);
    }

    private void forEachTerm(Term term) {
      for (int n = 0; n < g.batch(); n++) {
        for (int o = 0; o < g.outChannels(); o++) {
          for (int p = 0; p < g.outPlane(); p++) {
            int y = (n * g.outChannels() + o) * g.outPlane() + p;
            forEachTerm(n, o, p / g.outWidth(), p % g.outWidth(), y, term);
          }
        }
      }
    }

    private void forEachTerm(int n, int o, int outRow, int outColumn, int y, Term term) {
      ConvSpec s = g.spec();
      for (int c = 0; c < g.inPerGroup(); c++) {
        for (int tap = 0; tap < g.taps(); tap++) {
          int row = outRow * s.strideH() - s.padH() + tap / g.kernelW() * s.dilationH();
          int column = outColumn * s.strideW() - s.padW() + tap % g.kernelW() * s.dilationW();
          if (row >= 0 && row < g.height() && column >= 0 && column < g.width()) {
            int channel = o / g.outPerGroup() * g.inPerGroup() + c;
            int plane = (n * g.inChannels() + channel) * g.inPlane();
            int weight = (o * g.inPerGroup() + c) * g.taps() + tap;
            term.accept(plane + row * g.width() + column, weight, y);
          }
        }
      }
    }

    private static double get(MemorySegment data, int index) {
      return Floats.get(data, OFFSET + (long) index);
    }

    void checkForward(boolean withBias, boolean relu) {
      int size = (int) outputSize(g);
      double[] sums = new double[size];
      double[] magnitudes = new double[size];
      for (int i = 0; withBias && i < size; i++) {
        sums[i] = get(bias, i / g.outPlane() % g.outChannels());
        magnitudes[i] = Math.abs(sums[i]);
      }
      forEachTerm((xi, wi, yi) -> add(sums, magnitudes, yi, get(x, xi) * get(w, wi)));
      for (int i = 0; relu && i < size; i++) {
        sums[i] = Math.max(sums[i], 0);
      }
      MemorySegment out = Floats.filled(OFFSET + (long) size + 1, Float.NaN);
      Convolution.forward(
          g, x, OFFSET, w, OFFSET, withBias ? bias : null, OFFSET, relu, out, OFFSET);
      check(out, sums, magnitudes, g.inPerGroup() * g.taps() + 1, "forward");
    }

    void checkGradInput() {
      int size = (int) inputSize(g);
      double[] sums = new double[size];
      double[] magnitudes = new double[size];
      forEachTerm((xi, wi, yi) -> add(sums, magnitudes, xi, get(y, yi) * get(w, wi)));
      MemorySegment out = Floats.filled(OFFSET + (long) size + 1, Float.NaN);
      Convolution.gradInput(g, y, OFFSET, w, OFFSET, out, OFFSET);
      check(out, sums, magnitudes, g.outPerGroup() * g.taps(), "gradInput");
    }

    void checkGradWeight() {
      int size = (int) weightSize(g);
      double[] sums = new double[size];
      double[] magnitudes = new double[size];
      forEachTerm((xi, wi, yi) -> add(sums, magnitudes, wi, get(y, yi) * get(x, xi)));
      MemorySegment out = Floats.filled(OFFSET + (long) size + 1, Float.NaN);
      Convolution.gradWeight(g, x, OFFSET, y, OFFSET, out, OFFSET);
      check(out, sums, magnitudes, g.batch() * g.outPlane(), "gradWeight");
    }

    private static void add(double[] sums, double[] magnitudes, int at, double term) {
      sums[at] += term;
      magnitudes[at] += Math.abs(term);
    }

    private void check(
        MemorySegment out, double[] sums, double[] magnitudes, int terms, String what) {
      for (int i = 0; i < sums.length; i++) {
        String where = "%s of %s at %d".formatted(what, g, i);
        Floats.assertSum(Floats.get(out, OFFSET + i), sums[i], magnitudes[i], terms, where);
      }
      assertThat(Floats.get(out, OFFSET - 1)).as("element before the output").isNaN();
      assertThat(Floats.get(out, OFFSET + (long) sums.length)).as("element behind it").isNaN();
    }

    void checkAll() {
      checkForward(true, false);
      checkGradInput();
      checkGradWeight();
    }
  }

  @Test
  void matchesReferenceForEveryKernelStrideAndPadding() {
    for (int kernel : new int[] {1, 3, 5, 7}) {
      for (int stride = 1; stride <= 3; stride++) {
        for (int padding = 0; padding <= 2; padding++) {
          Problem.random(square(spec(stride, padding, 1, 1), 2, 3, 5, 9, kernel)).checkAll();
        }
      }
    }
  }

  @Test
  void matchesReferenceForDilatedKernels() {
    for (int kernel : new int[] {2, 3}) {
      for (int stride = 1; stride <= 2; stride++) {
        for (int padding = 0; padding <= 3; padding++) {
          Problem.random(square(spec(stride, padding, 2, 1), 2, 2, 3, 8, kernel)).checkAll();
        }
      }
    }
  }

  @Test
  void matchesReferenceForGroups() {
    for (int groups : new int[] {2, 3, 6}) {
      for (int stride = 1; stride <= 2; stride++) {
        Problem.random(square(spec(stride, 1, 1, groups), 3, 12, 6, 7, 3)).checkAll();
        Problem.random(square(spec(stride, 0, 1, groups), 3, 12, 18, 7, 1)).checkAll();
      }
    }
  }

  @Test
  void matchesReferenceForDepthwiseKernels() {
    for (int kernel : new int[] {1, 3, 5}) {
      for (int stride = 1; stride <= 3; stride++) {
        for (int padding = 0; padding <= 2; padding++) {
          for (int multiplier = 1; multiplier <= 2; multiplier++) {
            ConvSpec spec = spec(stride, padding, 1, 4);
            Problem.random(square(spec, 2, 4, 4 * multiplier, 11, kernel)).checkAll();
          }
        }
      }
    }
    Problem.random(square(spec(2, 3, 2, 3), 2, 3, 3, 9, 3)).checkAll();
  }

  @Test
  void matchesReferenceForThreeByThreeFilters() {
    int lanes = Lanes.COUNT;
    for (int width : new int[] {1, 2, lanes - 1, lanes, lanes + 1, 2 * lanes, 2 * lanes + 1, 37}) {
      for (int height : new int[] {1, 2, 7}) {
        for (int padding = 0; padding <= 3; padding++) {
          for (int strides = 0; strides < 4; strides++) {
            for (int dilation = 1; dilation <= 2; dilation++) {
              int padH = (padding + dilation) % 4;
              var spec =
                  new ConvSpec(1 + strides / 2, 1 + strides % 2, padH, padding, 1, dilation, 3);
              int outs = 3 * (1 + (width + padding) % 2);
              Problem.random(ConvGeometry.of(spec, 2, 3, height, width, outs, 3, 3)).checkAll();
            }
          }
        }
      }
    }
  }

  @Test
  void matchesReferenceForThreeByThreeFiltersInBandsAndGroups() {
    for (int stride = 1; stride <= 2; stride++) {
      ConvSpec spec = spec(stride, 1, 1, 2);
      Problem.random(ConvGeometry.of(spec, 2, 2, 150, 61, 2, 3, 3)).checkAll(); // bands
      Problem.random(ConvGeometry.of(spec, 2, 2, 700, 5, 4, 3, 3)).checkAll(); // narrow ones
      Problem.random(ConvGeometry.of(spec, 1, 2, 11, 5000, 4, 3, 3)).checkAll(); // beyond the cache
      Problem.random(ConvGeometry.of(spec, 1, 2, 3, 90_000, 2, 3, 3)).checkAll(); // beyond a panel
      Problem.random(square(spec(stride, 1, 1, 301), 3, 301, 301, 5, 3)).checkAll(); // many planes
      Problem.random(square(spec(stride, 1, 1, 2), 2, 2, 1000, 3, 3)).checkAll(); // many filters
      Problem.random(square(spec(stride, 40, 1, 2), 1, 2, 2, 9, 3)).checkAll(); // much padding
      Problem.random(ConvGeometry.of(spec, 2, 2, 0, 0, 2, 3, 3)).checkForward(true, true);
    }
  }

  @Test
  void matchesReferenceForRandomGeometries() {
    var random = new SplittableRandom(7);
    for (int i = 0; i < 150; i++) {
      int groups = random.nextInt(1, 4);
      var spec =
          new ConvSpec(
              random.nextInt(1, 4),
              random.nextInt(1, 4),
              random.nextInt(0, 4),
              random.nextInt(0, 4),
              random.nextInt(1, 3),
              random.nextInt(1, 3),
              groups);
      var geometry =
          ConvGeometry.of(
              spec,
              random.nextInt(1, 6),
              groups * random.nextInt(1, 4),
              random.nextInt(1, 14),
              random.nextInt(1, 40),
              groups * random.nextInt(1, 8),
              random.nextInt(1, 5),
              random.nextInt(1, 6));
      Problem.random(geometry).checkAll();
    }
  }

  @Test
  void matchesReferenceAcrossPanelsStripsAndSlicesOfDepth() {
    Problem.random(square(spec(1, 1, 1, 1), 1, 90, 4, 5, 3)).checkAll(); // depth 810
    Problem.random(square(spec(1, 1, 1, 1), 2, 2, 100, 4, 3)).checkAll(); // depth 900 backward
    Problem.random(square(spec(1, 2, 1, 1), 3, 2, 3, 24, 5)).checkAll(); // 1,728 pixels
    Problem.random(square(spec(1, 0, 1, 1), 5, 3, 7, 21, 1)).checkAll(); // images within a panel
    Problem.random(square(spec(2, 1, 1, 1), 5, 3, 7, 13, 3)).checkAll(); // 7×7 maps
    Problem.random(ConvGeometry.of(spec(1, 1, 1, 1), 1, 1, 3, 300, 2, 3, 3)).checkAll();
    Problem.random(ConvGeometry.of(spec(1, 1, 1, 2), 1, 2, 90, 70, 2, 3, 3))
        .checkAll(); // two bands
    Problem.random(square(spec(1, 0, 1, 1), 2, 70, 2, 4, 3)).checkAll(); // 630 rows of patches
  }

  @Test
  void matchesReferenceWhereVectorsHoldChannels() {
    int lanes = Lanes.COUNT;
    for (int kernel : new int[] {2, 3, 4, 5}) {
      for (int stride = 1; stride <= 2; stride++) {
        for (int padding = 0; padding <= 3; padding++) {
          int extent = 7 * stride + kernel;
          ConvSpec spec = spec(stride, padding, 1 + padding / 3, 1);
          Problem.random(square(spec, 2, lanes + 1, lanes + 3, extent, kernel)).checkAll();
        }
      }
    }
    for (int width = 4; width <= 31; width++) {
      var geometry = ConvGeometry.of(spec(1, 1, 1, 1), 2, 17, 3, width, 2 * lanes, 3, 3);
      Problem.random(geometry).checkAll();
    }
    int[] counts = {
      lanes / 2, lanes - 3, lanes, 2 * lanes - 1, 2 * lanes + 1, 3 * lanes, 4 * lanes + 5
    };
    for (int channels : counts) {
      Problem.random(square(spec(1, 1, 1, 1), 1, channels, channels, 5, 3)).checkAll();
      Problem.random(square(spec(2, 1, 1, 2), 1, 2 * channels, 2 * channels, 9, 3)).checkAll();
    }
  }

  @Test
  void matchesReferenceAcrossSlicesAndChunksWhereVectorsHoldChannels() {
    Problem.random(square(spec(1, 1, 1, 1), 1, 110, 110, 5, 3)).checkAll(); // depth 990
    Problem.random(square(spec(1, 2, 1, 1), 1, 33, 37, 6, 5)).checkAll(); // depth 825 and 925
    Problem.random(square(spec(1, 0, 1, 1), 1, 19, 18, 23, 17)).checkAll(); // 289 taps
    Problem.random(square(spec(1, 15, 1, 1), 1, 17, 17, 5, 31)).checkAll(); // 961 taps
    Problem.random(square(spec(1, 9, 1, 1), 1, 17, 17, 5, 19)).checkAll(); // many kinds of lines
    Problem.random(square(spec(1, 1, 1, 1), 40, 16, 16, 9, 3)).checkAll(); // chunks of images
    Problem.random(ConvGeometry.of(spec(1, 1, 1, 1), 2, 16, 90, 60, 16, 3, 3)).checkAll(); // lines
  }

  @Test
  void matchesReferenceForPointwiseKernelsOfEveryBatch() {
    for (int batch = 1; batch <= 5; batch++) {
      Problem.random(square(ConvSpec.DEFAULT, batch, 6, 9, 7, 1)).checkAll();
      Problem.random(square(spec(2, 0, 1, 1), batch, 6, 9, 7, 1)).checkAll();
      Problem.random(square(spec(1, 1, 1, 1), batch, 6, 9, 3, 1)).checkAll();
    }
  }

  @Test
  void biasAndReluFollowTheSum() {
    for (ConvSpec spec : new ConvSpec[] {spec(1, 1, 1, 1), spec(1, 1, 1, 2), spec(1, 1, 1, 4)}) {
      Problem problem = Problem.random(square(spec, 2, 4, 8, 6, 3));
      problem.checkForward(false, false);
      problem.checkForward(false, true);
      problem.checkForward(true, true);
    }
  }

  @Test
  void emptyOutputsAndBatchesGiveZeroGradients() {
    for (int groups : new int[] {1, 2}) {
      Problem.random(square(spec(1, 0, 1, groups), 2, 2, 2, 2, 3)).checkAll();
      Problem.random(square(spec(1, 1, 1, groups), 0, 2, 2, 4, 3)).checkAll();
    }
  }

  @Test
  void inputsThatNoOutputSeesGetZeroGradient() {
    // Stride 3 with a 1×1 kernel skips two of three lines and columns.
    Problem.random(square(spec(3, 0, 1, 1), 2, 2, 3, 7, 1)).checkGradInput();
    Problem.random(square(spec(3, 0, 1, 2), 2, 2, 2, 7, 1)).checkGradInput();
  }

  @Test
  void sameBitsForEveryThreadCount() {
    ConvGeometry[] geometries = {
      square(spec(1, 1, 1, 1), 9, 16, 32, 15, 3),
      square(spec(2, 1, 1, 1), 6, 16, 24, 20, 3),
      square(spec(1, 0, 1, 1), 6, 64, 48, 9, 1),
      square(spec(1, 1, 1, 2), 6, 16, 32, 15, 3),
      square(spec(1, 1, 1, 16), 6, 16, 16, 30, 3),
      square(spec(1, 1, 1, 90), 3, 90, 90, 14, 3),
      square(spec(2, 1, 1, 90), 3, 90, 90, 13, 3),
      square(spec(1, 2, 1, 1), 20, 1, 20, 14, 5),
      square(spec(1, 1, 1, 1), 3, 90, 70, 13, 3),
      square(spec(2, 1, 1, 1), 3, 70, 90, 13, 3)
    };
    for (ConvGeometry geometry : geometries) {
      MemorySegment[] one = compute(geometry, 1);
      for (int threads : new int[] {2, 5}) {
        MemorySegment[] many = compute(geometry, threads);
        for (int i = 0; i < one.length; i++) {
          Floats.assertSameBits(many[i], one[i]);
        }
      }
    }
  }

  private static MemorySegment[] compute(ConvGeometry g, int threads) {
    Workers.setThreads(threads);
    Problem p = Problem.random(g);
    MemorySegment out = Floats.filled(Problem.outputSize(g), 0);
    MemorySegment dx = Floats.filled(Problem.inputSize(g), 0);
    MemorySegment dw = Floats.filled(Problem.weightSize(g), 0);
    Convolution.forward(g, p.x, OFFSET, p.w, OFFSET, p.bias, OFFSET, true, out, 0);
    Convolution.gradInput(g, p.y, OFFSET, p.w, OFFSET, dx, 0);
    Convolution.gradWeight(g, p.x, OFFSET, p.y, OFFSET, dw, 0);
    return new MemorySegment[] {out, dx, dw};
  }
}
