package dev.espalier.bench.peer.onednn;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.onednn.OneDnn.Form;
import dev.espalier.bench.peer.onednn.OneDnnCall.Operand;
import dev.espalier.tensor.ConvSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A convolution in the library's own layouts, by the algorithm that it prefers. */
final class ConvolutionForms {
  private static final int FORWARD_TRAINING = 64;
  private static final int FORWARD_INFERENCE = 96;
  private static final int DIRECT = 1;
  private static final int AUTOMATIC = 3;

  private final Dnnl dnnl;
  private final Problem.Convolution problem;
  private final List<MemorySegment> inputs;
  private final long[] image;
  private final long[] kernel;
  private final long[] output;
  private final MemorySegment strides;
  private final MemorySegment dilations;
  private final MemorySegment padding;

  ConvolutionForms(Dnnl dnnl, Problem.Convolution problem, List<MemorySegment> inputs) {
    this.dnnl = dnnl;
    this.problem = problem;
    this.inputs = inputs;
    ConvSpec spec = problem.spec();
    image = dims(problem.batch(), problem.channels(), problem.height(), problem.width());
    output = dims(problem.batch(), problem.filters(), problem.outHeight(), problem.outWidth());
    int groups = spec.groups();
    int height = problem.kernelHeight();
    int width = problem.kernelWidth();
    kernel =
        groups == 1
            ? dims(problem.filters(), problem.channels(), height, width)
            : dims(groups, problem.filters() / groups, problem.channels() / groups, height, width);
    strides = dnnl.dims(spec.strideH(), spec.strideW());
    dilations = dnnl.dims(spec.dilationH() - 1, spec.dilationW() - 1);
    padding = dnnl.dims(spec.padH(), spec.padW());
  }

  private static long[] dims(long... values) {
    return values;
  }

  List<Form> all() {
    return switch (problem.pass()) {
      case FORWARD -> List.of(() -> forward(DIRECT), () -> forward(AUTOMATIC));
      case DX -> List.of(() -> gradInput(DIRECT));
      case DW -> List.of(() -> gradWeight(DIRECT));
      case STEP -> List.of();
    };
  }

  private MemorySegment forwardDescription(int propagation, int algorithm) {
    return dnnl.create(
        "dnnl_convolution_forward_primitive_desc_create",
        dnnl.engine(),
        propagation,
        algorithm,
        dnnl.anyLayout(image),
        dnnl.anyLayout(kernel),
        MemorySegment.NULL,
        dnnl.anyLayout(output),
        strides,
        dilations,
        padding,
        padding,
        MemorySegment.NULL);
  }

  private OneDnnCall forward(int algorithm) {
    return call(
        forwardDescription(FORWARD_INFERENCE, algorithm),
        operand(Dnnl.SRC, image, 0),
        operand(Dnnl.WEIGHTS, kernel, 1),
        new Operand(Dnnl.DST, dnnl.rowMajor(output), null));
  }

  private OneDnnCall gradInput(int algorithm) {
    MemorySegment description =
        dnnl.create(
            "dnnl_convolution_backward_data_primitive_desc_create",
            dnnl.engine(),
            algorithm,
            dnnl.anyLayout(image),
            dnnl.anyLayout(kernel),
            dnnl.anyLayout(output),
            strides,
            dilations,
            padding,
            padding,
            forwardDescription(FORWARD_TRAINING, algorithm),
            MemorySegment.NULL);
    return call(
        description,
        operand(Dnnl.DIFF_DST, output, 0),
        operand(Dnnl.WEIGHTS, kernel, 1),
        new Operand(Dnnl.DIFF_SRC, dnnl.rowMajor(image), null));
  }

  private OneDnnCall gradWeight(int algorithm) {
    MemorySegment description =
        dnnl.create(
            "dnnl_convolution_backward_weights_primitive_desc_create",
            dnnl.engine(),
            algorithm,
            dnnl.anyLayout(image),
            dnnl.anyLayout(kernel),
            MemorySegment.NULL,
            dnnl.anyLayout(output),
            strides,
            dilations,
            padding,
            padding,
            forwardDescription(FORWARD_TRAINING, algorithm),
            MemorySegment.NULL);
    return call(
        description,
        operand(Dnnl.SRC, image, 0),
        operand(Dnnl.DIFF_DST, output, 1),
        new Operand(Dnnl.DIFF_WEIGHTS, dnnl.rowMajor(kernel), null));
  }

  private Operand operand(int name, long[] dims, int input) {
    return new Operand(name, dnnl.rowMajor(dims), inputs.get(input));
  }

  private OneDnnCall call(
      MemorySegment description, Operand first, Operand second, Operand result) {
    return new OneDnnCall(dnnl, description, "own layouts", List.of(first, second), result);
  }
}
