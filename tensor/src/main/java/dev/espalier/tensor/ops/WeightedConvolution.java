package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Bsr;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.ConvGrid;
import dev.espalier.tensor.sparse.ConvPattern;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Entries;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.Weight;
import dev.espalier.tensor.spi.Epilogue;

/**
 * The three products of a convolution for every form of weight; sparse ones run on the sheets of a
 * {@link ConvGrid}.
 */
final class WeightedConvolution {
  private final Crossover crossover;

  WeightedConvolution(Crossover crossover) {
    this.crossover = crossover;
  }

  Tensor forward(Tensor x, Weight w, Tensor bias, boolean relu, ConvSpec spec) {
    Check.compute("conv2d", x, WeightForm.elements(w), bias);
    Shape output = Convolution.checkedOutShape("conv2d", x.shape(), w.shape(), spec);
    return forward(x, w, bias, relu, spec, Tensor.empty(x.dtype(), output, x.device()));
  }

  Tensor forward(Tensor x, Weight w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    Check.compute("conv2d", x, WeightForm.elements(w), bias, out);
    Shape output = Convolution.checkedOutShape("conv2d", x.shape(), w.shape(), spec);
    Check.shape("conv2d", "bias", bias, Shape.of(w.shape().dim(0)));
    Check.shape("conv2d", "out", out, output);
    ChannelMajor.check("conv2d", out);
    try (var _ = Scope.open("conv2d")) {
      SparsePattern pattern = anyPattern(w, Direction.FORWARD, output);
      if (pattern == null) {
        ChannelMajor.conv2d(x, WeightForm.storage(w), bias, relu, spec, out);
      } else if (spec.isPointwise(w.shape().dim(2), w.shape().dim(3))
          && (pattern instanceof BsrPattern || ChannelMajor.is(x) && ChannelMajor.is(out))) {
        ChannelMajor.spmm(pattern, WeightForm.values(w, pattern), x, bias, relu, out);
      } else {
        onSheets(x, w, elements(pattern), bias, relu, spec, out);
      }
    }
    out.touched();
    return out;
  }

  private static void onSheets(
      Tensor x,
      Weight w,
      CsrPattern pattern,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    ConvGrid grid = new ConvGrid(x.shape(), w.shape(), spec);
    var taps = pattern.convolution(grid).forward();
    Tensor values = reordered(values(w, pattern), taps);
    Tensor images = grid.shifted(grid.inputSheets(x));
    Tensor product = SparseOps.spmm(taps.pattern(), values, images, new Epilogue(bias, null, relu));
    grid.outputFrom(product, out);
  }

  Tensor gradInput(Tensor dy, Weight w, ConvSpec spec, Shape inputShape) {
    Check.compute("conv2dGradInput", dy, WeightForm.elements(w));
    Convolution.checkGradient("conv2dGradInput", dy, inputShape, w.shape(), spec);
    try (var scope = Scope.open("conv2dGradInput")) {
      CsrPattern pattern = pattern(w, Direction.GRAD_INPUT, dy.shape());
      if (pattern == null) {
        return scope.keep(Convolution.conv2dGradInput(dy, WeightForm.storage(w), spec, inputShape));
      }
      ConvGrid grid = new ConvGrid(inputShape, w.shape(), spec);
      var taps = pattern.convolution(grid).backward();
      Tensor values = reordered(values(w, pattern), taps);
      Tensor gradients = grid.shifted(grid.outputSheets(dy));
      return scope.keep(grid.inputFrom(SparseOps.spmm(taps.pattern(), values, gradients)));
    }
  }

  Tensor gradWeight(Tensor x, Tensor dy, Weight w, ConvSpec spec, boolean denseGradient) {
    Check.compute("conv2dGradWeight", x, dy, WeightForm.elements(w));
    Convolution.checkGradient("conv2dGradWeight", dy, x.shape(), w.shape(), spec);
    WeightForm.refuseDenseGradient("conv2dGradWeight", w, denseGradient);
    try (var scope = Scope.open("conv2dGradWeight")) {
      CsrPattern pattern = denseGradient ? null : pattern(w, Direction.GRAD_WEIGHT, dy.shape());
      if (pattern == null) {
        Tensor dw = Convolution.conv2dGradWeight(x, dy, spec, w.shape());
        return scope.keep(WeightForm.masked(w, dw, denseGradient));
      }
      ConvGrid grid = new ConvGrid(x.shape(), w.shape(), spec);
      var taps = pattern.convolution(grid).forward();
      Tensor images = grid.shifted(grid.inputSheets(x));
      Tensor sampled = SparseOps.sddmm(taps.pattern(), grid.outputMatrix(dy), images);
      Tensor ordered =
          taps.inOrder() ? sampled : Entries.scatter(sampled, taps.order(), pattern.valuesShape());
      return scope.keep(gradient(w, pattern, ordered));
    }
  }

  private static Tensor reordered(Tensor values, ConvPattern.Taps taps) {
    return taps.inOrder()
        ? values
        : Entries.gather(values, taps.order(), taps.pattern().valuesShape());
  }

  /** The positions to run sparse, or null for the dense kernel. */
  private SparsePattern anyPattern(Weight w, Direction direction, Shape output) {
    Family family =
        w.shape().dim(2) == 1 && w.shape().dim(3) == 1 ? Family.POINTWISE : Family.CONVOLUTION;
    long columns = (long) output.dim(0) * output.dim(2) * output.dim(3);
    return WeightForm.pattern(w, crossover, family, direction, columns);
  }

  /** As {@link #anyPattern} with blocks taken apart. */
  private CsrPattern pattern(Weight w, Direction direction, Shape output) {
    return elements(anyPattern(w, direction, output));
  }

  private static CsrPattern elements(SparsePattern pattern) {
    return pattern instanceof BsrPattern blocks ? blocks.elements() : (CsrPattern) pattern;
  }

  private static Tensor values(Weight w, CsrPattern pattern) {
    return w instanceof Weight.Sparse(Bsr bsr)
        ? bsr.toCsr().values()
        : WeightForm.values(w, pattern);
  }

  private static Tensor gradient(Weight w, CsrPattern pattern, Tensor sampled) {
    return w instanceof Weight.Sparse(Bsr bsr)
        ? new Csr(pattern, sampled)
            .toBsr(bsr.pattern().blockHeight(), bsr.pattern().blockWidth())
            .values()
        : WeightForm.gradient(w, pattern, sampled);
  }
}
