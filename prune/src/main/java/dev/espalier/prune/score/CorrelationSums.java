package dev.espalier.prune.score;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;
import dev.espalier.tensor.ops.MatMul;
import dev.espalier.tensor.ops.Reduce;
import java.util.ArrayList;
import java.util.List;

/** First and second moments of a layer's outputs a [O] and inputs b, per position, in float64. */
final class CorrelationSums {
  /** A variance below this share of the second moment is rounding. */
  private static final double ROUNDING = 1e-12;

  private record Moments(double[] a, double[] b, double[] aa, double[] bb, double[] ab) {}

  private final Shape weight;
  private final int outputs;
  private final int fanIn;
  private final int maxPositions;
  private final List<Moments> positions = new ArrayList<>();
  private int groups = 1;
  private long rows;
  private boolean convolution;

  CorrelationSums(Shape weight, int maxPositions) {
    this.weight = weight;
    this.outputs = weight.dim(0);
    this.fanIn = (int) (weight.size() / Math.max(1, outputs));
    this.maxPositions = maxPositions;
  }

  /**
   * Adds one batch.
   *
   * @param node the product, for its input
   * @param activation [N, O, …] what its output became
   */
  void add(Node node, Tensor activation) {
    Tensor x = node.inputs().getFirst().tensor();
    if (!(node.op() instanceof Conv2d(ConvSpec spec, _))) {
      if (x.rank() != 2) {
        throw new UnsupportedOperationException(
            "scorer 'correlation': a linear layer must read [N, in] but reads shape " + x.shape());
      }
      add(0, activation, x);
      rows += x.dim(0);
      return;
    }
    convolution = true;
    groups = spec.groups();
    Tensor padded =
        Indexing.pad(
            x,
            new int[] {0, 0, spec.padH(), spec.padW()},
            new int[] {0, 0, spec.padH(), spec.padW()},
            0);
    int width = activation.dim(3);
    int all = activation.dim(2) * width;
    int chosen = Math.min(all, maxPositions);
    for (int p = 0; p < chosen; p++) {
      int position = (int) ((2L * p + 1) * all / (2L * chosen));
      int top = position / width;
      int left = position % width;
      Tensor a = activation.narrow(2, top, 1).narrow(3, left, 1).contiguous();
      add(p, a.reshape(a.dim(0), outputs), patch(padded, spec, top, left));
    }
    rows += x.dim(0);
  }

  /** What the kernels see at one position: [N, C kh kw]. */
  private Tensor patch(Tensor padded, ConvSpec spec, int top, int left) {
    List<Tensor> rowsOfPatch = new ArrayList<>();
    for (int i = 0; i < weight.dim(2); i++) {
      List<Tensor> taps = new ArrayList<>();
      for (int j = 0; j < weight.dim(3); j++) {
        taps.add(
            padded
                .narrow(2, top * spec.strideH() + i * spec.dilationH(), 1)
                .narrow(3, left * spec.strideW() + j * spec.dilationW(), 1)
                .contiguous());
      }
      rowsOfPatch.add(Indexing.concat(3, taps.toArray(Tensor[]::new)));
    }
    Tensor patch = Indexing.concat(2, rowsOfPatch.toArray(Tensor[]::new));
    return patch.reshape(patch.dim(0), padded.dim(1) * weight.dim(2) * weight.dim(3));
  }

  private void add(int position, Tensor outputsOf, Tensor inputsOf) {
    Tensor a = outputsOf.to(DType.FLOAT64);
    Tensor b = inputsOf.to(DType.FLOAT64);
    if (position == positions.size()) {
      int k = b.dim(1);
      positions.add(
          new Moments(
              new double[outputs],
              new double[k],
              new double[outputs],
              new double[k],
              new double[outputs * fanIn]));
    }
    Moments sums = positions.get(position);
    add(sums.a, Reduce.sum(a, false, 0), 0);
    add(sums.b, Reduce.sum(b, false, 0), 0);
    add(sums.aa, Reduce.sumSquares(a, false, 0), 0);
    add(sums.bb, Reduce.sumSquares(b, false, 0), 0);
    int perGroup = outputs / groups;
    for (int g = 0; g < groups; g++) {
      Tensor ofGroup = a.narrow(1, g * perGroup, perGroup).contiguous();
      Tensor read = groups == 1 ? b : b.narrow(1, g * fanIn, fanIn).contiguous();
      add(sums.ab, MatMul.matmul(ofGroup.transpose(), read), g * perGroup * fanIn);
    }
  }

  private static void add(double[] sums, Tensor values, int offset) {
    double[] more = values.toDoubleArray();
    for (int i = 0; i < more.length; i++) {
      sums[offset + i] += more[i];
    }
  }

  /**
   * r shaped like the weight: with its sign, or the mean magnitude over the positions of a
   * convolution.
   */
  double[] correlations(String name) {
    if (rows == 0) {
      throw new IllegalStateException(
          "scorer 'correlation': the forward pass does not use '%s'".formatted(name));
    }
    double[] r = new double[outputs * fanIn];
    for (Moments sums : positions) {
      for (int i = 0; i < outputs; i++) {
        int firstInput = groups == 1 ? 0 : i / (outputs / groups) * fanIn;
        double deviationA = deviation(sums.a[i], sums.aa[i]);
        for (int k = 0; k < fanIn; k++) {
          int input = firstInput + k;
          double deviationB = deviation(sums.b[input], sums.bb[input]);
          double covariance =
              sums.ab[i * fanIn + k] / rows - sums.a[i] / rows * (sums.b[input] / rows);
          double here =
              deviationA == 0 || deviationB == 0
                  ? 0
                  : Math.clamp(covariance / (deviationA * deviationB), -1, 1);
          r[i * fanIn + k] += convolution ? Math.abs(here) / positions.size() : here;
        }
      }
    }
    return r;
  }

  private double deviation(double sum, double squares) {
    double mean = sum / rows;
    double second = squares / rows;
    double variance = second - mean * mean;
    return variance <= ROUNDING * second ? 0 : Math.sqrt(variance);
  }
}
