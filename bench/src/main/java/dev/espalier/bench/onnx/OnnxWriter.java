package dev.espalier.bench.onnx;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Add;
import dev.espalier.autograd.op.AvgPool2d;
import dev.espalier.autograd.op.BatchNormInference;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GlobalAvgPool2d;
import dev.espalier.autograd.op.Linear;
import dev.espalier.autograd.op.MaxPool2d;
import dev.espalier.autograd.op.Relu;
import dev.espalier.autograd.op.Softmax;
import dev.espalier.nn.Module;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Records a module's forward pass in evaluation mode and writes it as an ONNX model of fixed
 * shapes, weights included, pruned ones as zeros.
 *
 * <p>Field numbers are those of {@code onnx.proto3}.
 */
public final class OnnxWriter {
  /** Name of the model's only input. */
  public static final String INPUT = "input";

  /** Name of the model's only output. */
  public static final String OUTPUT = "output";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;

  private static final int NODE = 1;
  private static final int GRAPH_NAME = 2;
  private static final int INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;

  private final Proto graph = new Proto();
  private final Map<Variable, String> names = new IdentityHashMap<>();
  private int constants;

  private OnnxWriter() {}

  /**
   * The model as bytes of an {@code .onnx} file.
   *
   * @param input shape of the input, batch axis included
   * @throws IllegalArgumentException naming all operations that cannot be written
   */
  public static byte[] write(Module module, Shape input, String name) {
    try (var _ = module.evaluating();
        var _ = Scope.open("onnx");
        var _ = Autograd.enableGrad()) {
      return new OnnxWriter().model(module, input, name);
    }
  }

  private byte[] model(Module module, Shape shape, String name) {
    Variable input = Variable.leaf(Tensor.zeros(DType.FLOAT32, shape));
    Variable output = module.forward(input);
    names.put(input, INPUT);
    List<Variable> results = Traversal.oldestFirst(output);
    refuseUnknown(results);
    for (int i = 0; i < results.size(); i++) {
      Variable result = results.get(i);
      String resultName = result == output ? OUTPUT : "v" + i;
      graph.message(NODE, node(result, resultName));
      names.put(result, resultName);
    }
    graph.text(GRAPH_NAME, name);
    graph.message(GRAPH_INPUT, value(INPUT, shape));
    graph.message(GRAPH_OUTPUT, value(OUTPUT, output.shape()));
    Proto opset = new Proto().text(1, "").integer(2, OPSET);
    return new Proto()
        .integer(1, IR_VERSION)
        .text(2, "espalier")
        .message(7, graph)
        .message(8, opset)
        .toBytes();
  }

  private static void refuseUnknown(List<Variable> results) {
    List<String> unknown =
        results.stream()
            .map(result -> result.node().op())
            .filter(op -> type(op) == null)
            .map(op -> op.getClass().getSimpleName())
            .distinct()
            .toList();
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("onnx: cannot write " + String.join(", ", unknown));
    }
  }

  private static String type(Op op) {
    return switch (op) {
      case Linear _ -> "Gemm";
      case Conv2d _ -> "Conv";
      case BatchNormInference _ -> "BatchNormalization";
      case Relu _ -> "Relu";
      case MaxPool2d _ -> "MaxPool";
      case AvgPool2d _ -> "AveragePool";
      case GlobalAvgPool2d _ -> "GlobalAveragePool";
      case Flatten _ -> "Flatten";
      case Softmax _ -> "Softmax";
      case Add _ -> "Add";
      default -> null;
    };
  }

  private Proto node(Variable result, String resultName) {
    Op op = result.node().op();
    List<String> inputs = new ArrayList<>();
    for (Variable operand : result.node().inputs()) {
      inputs.add(nameOf(operand));
    }
    if (op instanceof BatchNormInference norm) {
      inputs.add(constant(norm.mean()));
      inputs.add(constant(norm.variance()));
    }
    Proto node = new Proto();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, resultName).text(3, resultName).text(4, type(op));
    attributes(op).forEach(attribute -> node.message(5, attribute));
    return node;
  }

  private static List<Proto> attributes(Op op) {
    return switch (op) {
      case Linear _ -> List.of(integer("transB", 1));
      case Conv2d conv -> {
        ConvSpec spec = conv.spec();
        yield List.of(
            integers("strides", spec.strideH(), spec.strideW()),
            integers("pads", spec.padH(), spec.padW(), spec.padH(), spec.padW()),
            integers("dilations", spec.dilationH(), spec.dilationW()),
            integer("group", spec.groups()));
      }
      case BatchNormInference norm -> List.of(number("epsilon", (float) norm.eps()));
      case MaxPool2d pool -> window(pool.spec());
      case AvgPool2d pool -> {
        List<Proto> all = new ArrayList<>(window(pool.spec()));
        all.add(integer("count_include_pad", 1));
        yield all;
      }
      case Flatten _ -> List.of(integer("axis", 1));
      default -> List.of();
    };
  }

  private static List<Proto> window(PoolSpec spec) {
    return List.of(
        integers("kernel_shape", spec.kernelH(), spec.kernelW()),
        integers("strides", spec.strideH(), spec.strideW()),
        integers("pads", spec.padH(), spec.padW(), spec.padH(), spec.padW()));
  }

  // ---- attributes: name 1, f 2, i 3, ints 8, type 20

  private static Proto integer(String name, long value) {
    return new Proto().text(1, name).integer(3, value).integer(20, 2);
  }

  private static Proto number(String name, float value) {
    return new Proto().text(1, name).number(2, value).integer(20, 1);
  }

  private static Proto integers(String name, long... values) {
    Proto attribute = new Proto().text(1, name);
    for (long value : values) {
      attribute.integer(8, value);
    }
    return attribute.integer(20, 7);
  }

  // ---- tensors

  private String nameOf(Variable operand) {
    String known = names.get(operand);
    if (known == null) {
      known = constant(operand.tensor());
      names.put(operand, known);
    }
    return known;
  }

  /** An initialiser: dims 1, data_type 2, name 8, raw_data 9. */
  private String constant(Tensor tensor) {
    String name = "c" + constants++;
    Proto proto = new Proto();
    for (int dim : tensor.shape().toArray()) {
      proto.integer(1, dim);
    }
    float[] values = tensor.toFloatArray();
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    graph.message(INITIALIZER, proto.integer(2, FLOAT).text(8, name).bytes(9, raw.array()));
    return name;
  }

  private static Proto value(String name, Shape shape) {
    Proto dims = new Proto();
    for (int dim : shape.toArray()) {
      dims.message(1, new Proto().integer(1, dim));
    }
    Proto tensor = new Proto().integer(1, FLOAT).message(2, dims);
    return new Proto().text(1, name).message(2, new Proto().message(1, tensor));
  }
}
