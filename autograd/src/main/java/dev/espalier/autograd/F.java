package dev.espalier.autograd;

import dev.espalier.autograd.op.AddRelu;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNorm;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GatherRows;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.LayerNorm;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.LogSoftmax;
import dev.espalier.autograd.op.Masked;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.Pick;
import dev.espalier.autograd.op.Softmax;
import dev.espalier.autograd.op.Spmm;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Normalization;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * The functions of neural networks over variables; the counterpart of {@code torch.nn.functional}.
 */
public final class F {
  private F() {}

  /** {@code x Wᵀ + b}: x [*, I], w [O, I], bias [O] or null. */
  public static Variable linear(Variable x, Variable w, Variable bias) {
    return linear(x, w, null, bias);
  }

  /** {@link #linear(Variable, Variable, Variable)} with a hard mask on w, or null. */
  public static Variable linear(Variable x, Variable w, Mask mask, Variable bias) {
    var op = new Linear(mask);
    return bias == null ? Autograd.apply(op, x, w) : Autograd.apply(op, x, w, bias);
  }

  /**
   * Cross-correlation of x [N, C, H, W] with w [O, C/groups, kh, kw], plus bias [O] or null, with a
   * hard mask or null.
   */
  public static Variable conv2d(Variable x, Variable w, Mask mask, Variable bias, ConvSpec spec) {
    var op = new Conv2d(spec, mask);
    return bias == null ? Autograd.apply(op, x, w) : Autograd.apply(op, x, w, bias);
  }

  /** The forward view of a softly masked weight; see {@link Masked}. */
  public static Variable masked(Variable w, Mask mask, boolean denseGradient) {
    return Autograd.apply(new Masked(mask, denseGradient), w);
  }

  /** {@code A X} with A sparse: values in the shape of the pattern, x [K, N]. */
  public static Variable spmm(SparsePattern pattern, Variable values, Variable x) {
    return Autograd.apply(new Spmm(pattern), values, x);
  }

  /** Maximum over windows of [N, C, H, W]. */
  public static Variable maxPool2d(Variable x, PoolSpec spec) {
    return Autograd.apply(new MaxPool2d(spec), x);
  }

  /** Mean over windows of [N, C, H, W]. */
  public static Variable avgPool2d(Variable x, PoolSpec spec) {
    return Autograd.apply(new AvgPool2d(spec), x);
  }

  /** Mean over the pixels of [N, C, H, W], giving [N, C, 1, 1]. */
  public static Variable globalAvgPool2d(Variable x) {
    return Autograd.apply(new GlobalAvgPool2d(), x);
  }

  /**
   * Batch normalisation of x [N, C, …].
   *
   * <p>In training the batch's statistics normalise, and the running ones move: {@code running = (1
   * - momentum) running + momentum batch}, with the unbiased variance. Otherwise the running ones
   * normalise. PyTorch: {@code batch_norm}.
   */
  public static Variable batchNorm(
      Variable x,
      Variable gamma,
      Variable beta,
      Tensor runningMean,
      Tensor runningVariance,
      boolean training,
      double momentum,
      double eps) {
    return training
        ? batchNorm(x, gamma, beta, runningMean, runningVariance, momentum, eps, false)
        : Autograd.apply(new BatchNormInference(runningMean, runningVariance, eps), x, gamma, beta);
  }

  /** As {@link #batchNorm} in training, and ReLU in the same passes over memory. */
  public static Variable batchNormRelu(
      Variable x,
      Variable gamma,
      Variable beta,
      Tensor runningMean,
      Tensor runningVariance,
      double momentum,
      double eps) {
    return batchNorm(x, gamma, beta, runningMean, runningVariance, momentum, eps, true);
  }

  private static Variable batchNorm(
      Variable x,
      Variable gamma,
      Variable beta,
      Tensor runningMean,
      Tensor runningVariance,
      double momentum,
      double eps,
      boolean relu) {
    long count = x.tensor().size() / Math.max(1, x.dim(1));
    if (count < 2) {
      throw new IllegalArgumentException(
          "batchNorm: training needs more than one value per channel but x has shape %s; use a larger batch or eval()"
              .formatted(x.shape()));
    }
    Normalization.Stats stats = Normalization.channelStats(x.tensor());
    Elementwise.axpby(momentum, stats.mean(), 1 - momentum, runningMean);
    Elementwise.axpby(
        momentum * count / (count - 1), stats.variance(), 1 - momentum, runningVariance);
    var op = new BatchNorm(stats.mean(), stats.variance(), eps, relu);
    return Autograd.apply(op, x, gamma, beta);
  }

  /** {@code max(a + b, 0)} in one pass over memory. */
  public static Variable addRelu(Variable a, Variable b) {
    return Autograd.apply(new AddRelu(), a, b);
  }

  /** Normalisation over the last axis. */
  public static Variable layerNorm(Variable x, Variable gamma, Variable beta, double eps) {
    return layerNorm(x, gamma, beta, eps, 0);
  }

  /** Normalisation over the last axis and so many more zeros, of which nothing is returned. */
  public static Variable layerNorm(
      Variable x, Variable gamma, Variable beta, double eps, int zeros) {
    return Autograd.apply(new LayerNorm(eps, zeros), x, gamma, beta);
  }

  /** Softmax along the last axis. */
  public static Variable softmax(Variable x) {
    return Autograd.apply(new Softmax(), x);
  }

  /** Logarithm of the softmax along the last axis. */
  public static Variable logSoftmax(Variable x) {
    return Autograd.apply(new LogSoftmax(), x);
  }

  /**
   * Zeroes each element with probability {@code rate} and scales the others by {@code 1 / (1 -
   * rate)}.
   *
   * <p>Source: N. Srivastava et al., Dropout (2014), in its inverted form. PyTorch: {@code dropout}
   * with {@code training=True}.
   */
  public static Variable dropout(Variable x, double rate, Generator generator) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("dropout: the rate must lie in [0, 1) but is " + rate);
    }
    return x.mul(Variable.of(RandomFill.dropoutMask(generator, x.tensor(), rate)));
  }

  /** [N, …] to [N, rest]. */
  public static Variable flatten(Variable x) {
    return Autograd.apply(new Flatten(), x);
  }

  /** Joins variables along an axis. */
  public static Variable concat(int axis, Variable... parts) {
    return Autograd.apply(new Concat(axis), parts);
  }

  /** Rows of a table: table [R, D], index int64 of any shape […], result […, D]. */
  public static Variable embedding(Variable table, Tensor index) {
    return Autograd.apply(new GatherRows(index), table);
  }

  /** Negative log likelihood: mean over rows of {@code -logProbabilities[r, labels[r]]}. */
  public static Variable nll(Variable logProbabilities, Tensor labels) {
    return Autograd.apply(new Pick(labels), logProbabilities).mean().neg();
  }

  /**
   * Cross-entropy of logits [N, C] against int64 labels [N], mean over rows.
   *
   * <p>{@code (1 - s) (-log p[label]) + s mean_c(-log p[c])} with label smoothing s. Source of
   * smoothing: C. Szegedy et al., Rethinking the Inception Architecture (2016). PyTorch: {@code
   * cross_entropy}.
   */
  public static Variable crossEntropy(Variable logits, Tensor labels, double labelSmoothing) {
    Variable logProbabilities = logSoftmax(logits);
    Variable hard = nll(logProbabilities, labels);
    if (labelSmoothing == 0) {
      return hard;
    }
    return hard.mul(1 - labelSmoothing).add(logProbabilities.mean().mul(-labelSmoothing));
  }

  /** Mean squared error. */
  public static Variable mse(Variable prediction, Variable target) {
    return prediction.sub(target).square().mean();
  }

  /**
   * Kullback–Leibler divergence {@code Σ p (log p - log q) / N} of log-probabilities q from p, both
   * [N, C] and logarithmic.
   *
   * <p>PyTorch: {@code kl_div(q, p, log_target=True, reduction='batchmean')}.
   */
  public static Variable klDiv(Variable logQ, Variable logP) {
    return logP.exp().mul(logP.sub(logQ)).sum().mul(1.0 / logQ.dim(0));
  }
}
