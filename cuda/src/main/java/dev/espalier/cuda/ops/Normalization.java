package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;

/** Statistics of channels and normalisation. */
public final class Normalization {
  private static final String MODULE = "norm";

  /** Elements of a channel that one block joins; {@code PIECE} of norm.cu. */
  private static final int PIECE = 4096;

  /** Rows whose parameter gradients one block joins. */
  private static final int ROWS = 256;

  private static final int LANES = 32;

  private final DeviceContext context;

  /** The operations on one device. */
  public Normalization(DeviceContext context) {
    this.context = context;
  }

  /** [N, C, S] as the kernels count it. */
  private record Channels(int batch, int channels, int spatial, int perChannel, int pieces) {
    static Channels of(String operation, Tensor x) {
      long planes = (long) x.dim(0) * x.dim(1);
      int spatial = planes == 0 ? 0 : Grids.extent(operation, x.size() / planes);
      int perChannel = Grids.extent(operation, (long) x.dim(0) * spatial);
      return new Channels(x.dim(0), x.dim(1), spatial, perChannel, Math.ceilDiv(perChannel, PIECE));
    }

    ByteBuffer build() {
      return new Fields()
          .int64(channels)
          .int32(spatial)
          .int32(perChannel)
          .int32(pieces)
          .divisor(Math.max(1, spatial))
          .build();
    }

    long allPieces() {
      return (long) channels * pieces;
    }

    /** How many images to take at a time, so that their elements can be counted. */
    int imagesAtOnce() {
      long each = Math.max(1, (long) channels * spatial);
      return Math.clamp((1L << 30) / each, 1, Math.max(1, batch));
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#channelStats}. */
  public void channelStats(Tensor x, Tensor mean, Tensor variance) {
    Channels where = Channels.of("channelStats", x);
    String type = Operands.name(x.dtype());
    long bytes = Math.max(1, where.allPieces()) * x.dtype().bytes();
    try (DeviceBuffer means = context.scratch(bytes, "channelStats");
        DeviceBuffer squares = context.scratch(bytes, "channelStats")) {
      if (where.allPieces() > 0) {
        context
            .launch(MODULE, "channel_pieces_" + type)
            .struct(where.build())
            .tensor(x)
            .pointer(context.pointer(means))
            .pointer(context.pointer(squares))
            .run(pieces(where), Extent.of(Launch.THREADS));
      }
      context
          .launch(MODULE, "channel_stats_" + type)
          .struct(where.build())
          .pointer(context.pointer(means))
          .pointer(context.pointer(squares))
          .tensor(mean)
          .tensor(variance)
          .overElements(where.channels);
    }
  }

  private Extent pieces(Channels where) {
    return Extent.of(Grids.blocks(context, where.allPieces()));
  }

  /** {@link dev.espalier.tensor.spi.Backend#channelAffine}. */
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    Channels where = Channels.of("channelAffine", x);
    try (Tensor scales = scale.contiguous();
        Tensor shifts = shift.contiguous()) {
      forEachRange(
          where,
          (first, n) ->
              elements(where, "channel_affine_", n, x.dtype())
                  .pointer(Grids.at(context, x, first))
                  .tensor(scales)
                  .tensor(shifts)
                  .int32(relu ? 1 : 0)
                  .pointer(Grids.at(context, out, first))
                  .overElements(n));
    }
  }

  private interface Range {
    void visit(long first, int elements);
  }

  private static void forEachRange(Channels where, Range range) {
    long each = (long) where.channels * where.spatial;
    int most = where.imagesAtOnce();
    for (int image = 0; each > 0 && image < where.batch; image += most) {
      int images = Math.min(most, where.batch - image);
      range.visit(image * each, Grids.extent("normalization", images * each));
    }
  }

  private Launch elements(Channels where, String entry, int n, DType dtype) {
    return context
        .launch(MODULE, entry + Operands.name(dtype))
        .int32(n)
        .struct(new Fields().divisor(where.spatial).build())
        .struct(new Fields().divisor(where.channels).build());
  }

  /** {@link dev.espalier.tensor.spi.Backend#batchNormGrad}. */
  public void batchNormGrad(
      Tensor x,
      Tensor dy,
      Tensor y,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    Channels where = Channels.of("batchNormGrad", x);
    DType dtype = x.dtype();
    long bytes = Math.max(1, where.allPieces()) * dtype.bytes();
    try (DeviceBuffer betas = context.scratch(bytes, "batchNormGrad");
        DeviceBuffer gammas = context.scratch(bytes, "batchNormGrad");
        Tensor gradients = dy.contiguous();
        Tensor factors = gamma.contiguous();
        Tensor means = mean.contiguous();
        Tensor inverses = invStd.contiguous()) {
      if (where.allPieces() > 0) {
        context
            .launch(MODULE, "batch_norm_sums_" + Operands.name(dtype))
            .struct(where.build())
            .tensor(x)
            .tensor(gradients)
            .tensor(y)
            .tensor(means)
            .tensor(inverses)
            .pointer(context.pointer(betas))
            .pointer(context.pointer(gammas))
            .run(pieces(where), Extent.of(Launch.THREADS));
      }
      context
          .launch(MODULE, "batch_norm_totals_" + Operands.name(dtype))
          .int64(where.channels)
          .int32(where.pieces)
          .pointer(context.pointer(betas))
          .pointer(context.pointer(gammas))
          .tensor(dbeta)
          .tensor(dgamma)
          .overElements(where.channels);
      forEachRange(
          where,
          (first, n) ->
              elements(where, "batch_norm_grad_", n, dtype)
                  .number(dtype, where.perChannel)
                  .pointer(Grids.at(context, x, first))
                  .pointer(Grids.at(context, gradients, first))
                  .pointer(y == null ? null : Grids.at(context, y, first))
                  .tensor(factors)
                  .tensor(means)
                  .tensor(inverses)
                  .tensor(dgamma)
                  .tensor(dbeta)
                  .pointer(Grids.at(context, dx, first))
                  .overElements(n));
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#layerNorm}. */
  public void layerNorm(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    int width = x.dim(1);
    try (Tensor gammas = gamma.contiguous();
        Tensor betas = beta.contiguous()) {
      context
          .launch(MODULE, "layer_norm_" + Rows.wide(width) + Operands.name(x.dtype()))
          .int64(x.dim(0))
          .int32(width)
          .tensor(x)
          .tensor(gammas)
          .tensor(betas)
          .number(x.dtype(), eps)
          .tensor(out)
          .tensor(mean)
          .tensor(invStd)
          .overElements(Rows.threads(x.dim(0), width));
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#layerNormGrad}. */
  public void layerNormGrad(
      Tensor x,
      Tensor dy,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    if (x.size() == 0) {
      var movement = new Movement(context);
      movement.fill(dgamma, 0);
      movement.fill(dbeta, 0);
      return;
    }
    int rows = x.dim(0);
    int width = x.dim(1);
    try (Tensor gradients = dy.contiguous();
        Tensor gammas = gamma.contiguous();
        Tensor means = mean.contiguous();
        Tensor inverses = invStd.contiguous()) {
      context
          .launch(MODULE, "layer_norm_grad_" + Rows.wide(width) + Operands.name(x.dtype()))
          .int64(rows)
          .int32(width)
          .tensor(x)
          .tensor(gradients)
          .tensor(gammas)
          .tensor(means)
          .tensor(inverses)
          .tensor(dx)
          .overElements(Rows.threads(rows, width));
      parameterGradients(x, gradients, means, inverses, dgamma, dbeta);
    }
  }

  private void parameterGradients(
      Tensor x, Tensor dy, Tensor mean, Tensor invStd, Tensor dgamma, Tensor dbeta) {
    int rows = x.dim(0);
    int width = x.dim(1);
    int pieces = Math.ceilDiv(rows, ROWS);
    long bytes = (long) pieces * width * x.dtype().bytes();
    try (DeviceBuffer gammas = context.scratch(bytes, "layerNormGrad");
        DeviceBuffer betas = context.scratch(bytes, "layerNormGrad")) {
      boolean single = pieces == 1;
      DevicePointer gamma = single ? context.pointer(dgamma) : context.pointer(gammas);
      DevicePointer beta = single ? context.pointer(dbeta) : context.pointer(betas);
      context
          .launch(MODULE, "layer_norm_sums_" + Operands.name(x.dtype()))
          .int32(rows)
          .int32(width)
          .tensor(x)
          .tensor(dy)
          .tensor(mean)
          .tensor(invStd)
          .pointer(gamma)
          .pointer(beta)
          .run(
              Extent.of(Grids.blocks(context, (long) pieces * Math.ceilDiv(width, LANES))),
              Extent.of(LANES, Launch.THREADS / LANES));
      if (!single) {
        var reductions = new Reductions(context);
        reductions.sumRows(x.dtype(), gamma, pieces, width, context.pointer(dgamma));
        reductions.sumRows(x.dtype(), beta, pieces, width, context.pointer(dbeta));
      }
    }
  }
}
