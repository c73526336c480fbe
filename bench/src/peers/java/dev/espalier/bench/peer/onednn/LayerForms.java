package dev.espalier.bench.peer.onednn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.LayerNorm;
import dev.espalier.bench.peer.onednn.OneDnn.Form;
import dev.espalier.bench.peer.onednn.OneDnnCall.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** Layers without weights, on row-major data and on the layouts that suit them. */
final class LayerForms {
  private static final int FORWARD_INFERENCE = 96;
  private static final int SOFTMAX_ACCURATE = 0x30000;
  private static final int MAX = 0x1ff;
  private static final int MEAN_WITH_PADDING = 0x2ff;
  private static final int USE_SCALE_AND_SHIFT = 2 | 4;

  private final Dnnl dnnl;
  private final MemorySegment input;

  LayerForms(Dnnl dnnl, List<MemorySegment> inputs) {
    this.dnnl = dnnl;
    input = inputs.getFirst();
  }

  Form softmax(Problem.Softmax problem) {
    return () -> {
      MemorySegment rows = dnnl.rowMajor(problem.rows(), problem.columns());
      MemorySegment description =
          dnnl.create(
              "dnnl_softmax_forward_primitive_desc_create",
              dnnl.engine(),
              FORWARD_INFERENCE,
              SOFTMAX_ACCURATE,
              rows,
              rows,
              1,
              MemorySegment.NULL);
      return new OneDnnCall(
          dnnl,
          description,
          "row-major",
          List.of(new Operand(Dnnl.SRC, rows, input)),
          new Operand(Dnnl.DST, rows, null));
    };
  }

  Form layerNorm(LayerNorm problem) {
    return () -> {
      MemorySegment rows = dnnl.rowMajor(problem.rows(), problem.columns());
      MemorySegment description =
          dnnl.create(
              "dnnl_layer_normalization_forward_primitive_desc_create",
              dnnl.engine(),
              FORWARD_INFERENCE,
              rows,
              rows,
              MemorySegment.NULL,
              (float) LayerNorm.EPSILON,
              USE_SCALE_AND_SHIFT,
              MemorySegment.NULL);
      MemorySegment vector = dnnl.rowMajor(problem.columns());
      return new OneDnnCall(
          dnnl,
          description,
          "row-major",
          List.of(
              new Operand(Dnnl.SRC, rows, input),
              new Operand(Dnnl.SCALE, vector, constant(problem.columns(), 1)),
              new Operand(Dnnl.SHIFT, vector, constant(problem.columns(), 0))),
          new Operand(Dnnl.DST, rows, null));
    };
  }

  private static MemorySegment constant(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    MemorySegment segment = Arena.ofAuto().allocate(4L * count, 64);
    MemorySegment.copy(values, 0, segment, JAVA_FLOAT, 0, count);
    return segment;
  }

  List<Form> pool(Problem.Pool problem) {
    long[] image = {problem.batch(), problem.channels(), problem.height(), problem.width()};
    return List.of(
        () -> pool(problem, "row-major", dnnl.rowMajor(image)),
        () -> pool(problem, "channels in blocks of 16", dnnl.channelBlocks(image)));
  }

  private OneDnnCall pool(Problem.Pool problem, String variant, MemorySegment source) {
    long[] image = {problem.batch(), problem.channels(), problem.height(), problem.width()};
    long[] output = {problem.batch(), problem.channels(), problem.outHeight(), problem.outWidth()};
    MemorySegment padding = dnnl.dims(problem.padding(), problem.padding());
    MemorySegment description =
        dnnl.create(
            "dnnl_pooling_forward_primitive_desc_create",
            dnnl.engine(),
            FORWARD_INFERENCE,
            problem.max() ? MAX : MEAN_WITH_PADDING,
            source,
            dnnl.anyLayout(output),
            dnnl.dims(problem.stride(), problem.stride()),
            dnnl.dims(problem.kernel(), problem.kernel()),
            dnnl.dims(0, 0),
            padding,
            padding,
            MemorySegment.NULL);
    return new OneDnnCall(
        dnnl,
        description,
        variant,
        List.of(new Operand(Dnnl.SRC, dnnl.rowMajor(image), input)),
        new Operand(Dnnl.DST, dnnl.rowMajor(output), null));
  }
}
