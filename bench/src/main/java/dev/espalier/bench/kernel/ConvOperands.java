package dev.espalier.bench.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The operands of a convolution or of one of its gradients, and what the result must be. */
final class ConvOperands {
  private final ConvShape shape;
  private final Pass pass;
  private final Tensor x;
  private final Tensor w;
  private final Tensor dy;
  private final MemorySegment xData;
  private final MemorySegment wData;
  private final MemorySegment dyData;

  ConvOperands(ConvShape shape, Pass pass, Tensor w, Generator generator) {
    this.shape = shape;
    this.pass = pass;
    this.w = w;
    x = random(generator, shape.image());
    dy = random(generator, shape.output());
    xData = x.segment();
    wData = w.segment();
    dyData = dy.segment();
  }

  static Tensor random(Generator generator, Shape shape) {
    return RandomFill.uniform(generator, DType.FLOAT32, shape, -1, 1);
  }

  Tensor x() {
    return x;
  }

  Tensor w() {
    return w;
  }

  Tensor dy() {
    return dy;
  }

  Shape resultShape() {
    return switch (pass) {
      case FORWARD -> shape.output();
      case DX -> shape.image();
      case DW -> shape.weight();
      case STEP -> throw new IllegalArgumentException("a convolution has no training step");
    };
  }

  List<MemorySegment> inputs() {
    return switch (pass) {
      case FORWARD -> List.of(xData, wData);
      case DX -> List.of(dyData, wData);
      default -> List.of(xData, dyData);
    };
  }

  /** Bytes of the operands that are not the weight. */
  double activationBytes() {
    return 4.0 * (shape.image().size() + shape.output().size());
  }

  /** A sum of products that remembers its size. */
  private static final class Sum {
    private double value;
    private double magnitude;
    private long terms;

    void add(double product) {
      value += product;
      magnitude += Math.abs(product);
      terms++;
    }

    Expected expected() {
      return new Expected(value, magnitude, Math.max(1, terms));
    }
  }

  /** One element of the result, by its row-major position. */
  Expected expected(long position) {
    Shape result = resultShape();
    int last = (int) (position % result.dim(3));
    int third = (int) (position / result.dim(3) % result.dim(2));
    int second = (int) (position / result.dim(3) / result.dim(2) % result.dim(1));
    int first = (int) (position / result.dim(3) / result.dim(2) / result.dim(1));
    return switch (pass) {
      case FORWARD -> forward(first, second, third, last);
      case DX -> gradInput(first, second, third, last);
      default -> gradWeight(first, second, third, last);
    };
  }

  private Expected forward(int image, int filter, int outRow, int outColumn) {
    ConvSpec spec = shape.spec();
    Shape weight = shape.weight();
    int firstChannel = filter / (weight.dim(0) / spec.groups()) * weight.dim(1);
    Sum sum = new Sum();
    for (int c = 0; c < weight.dim(1); c++) {
      for (int kh = 0; kh < weight.dim(2); kh++) {
        for (int kw = 0; kw < weight.dim(3); kw++) {
          int row = outRow * spec.strideH() - spec.padH() + kh;
          int column = outColumn * spec.strideW() - spec.padW() + kw;
          if (inside(shape.image(), row, column)) {
            sum.add(
                at(xData, shape.image(), image, firstChannel + c, row, column)
                    * at(wData, weight, filter, c, kh, kw));
          }
        }
      }
    }
    return sum.expected();
  }

  private Expected gradInput(int image, int channel, int row, int column) {
    ConvSpec spec = shape.spec();
    Shape weight = shape.weight();
    int perGroup = weight.dim(0) / spec.groups();
    int group = channel / weight.dim(1);
    Sum sum = new Sum();
    for (int f = 0; f < perGroup; f++) {
      for (int kh = 0; kh < weight.dim(2); kh++) {
        for (int kw = 0; kw < weight.dim(3); kw++) {
          int down = row + spec.padH() - kh;
          int across = column + spec.padW() - kw;
          boolean aligned = down % spec.strideH() == 0 && across % spec.strideW() == 0;
          int outRow = down / spec.strideH();
          int outColumn = across / spec.strideW();
          if (aligned && down >= 0 && across >= 0 && inside(shape.output(), outRow, outColumn)) {
            int filter = group * perGroup + f;
            sum.add(
                at(dyData, shape.output(), image, filter, outRow, outColumn)
                    * at(wData, weight, filter, channel % weight.dim(1), kh, kw));
          }
        }
      }
    }
    return sum.expected();
  }

  private Expected gradWeight(int filter, int c, int kh, int kw) {
    ConvSpec spec = shape.spec();
    Shape weight = shape.weight();
    int channel = filter / (weight.dim(0) / spec.groups()) * weight.dim(1) + c;
    Shape output = shape.output();
    Sum sum = new Sum();
    for (int image = 0; image < output.dim(0); image++) {
      for (int outRow = 0; outRow < output.dim(2); outRow++) {
        for (int outColumn = 0; outColumn < output.dim(3); outColumn++) {
          int row = outRow * spec.strideH() - spec.padH() + kh;
          int column = outColumn * spec.strideW() - spec.padW() + kw;
          if (inside(shape.image(), row, column)) {
            sum.add(
                at(xData, shape.image(), image, channel, row, column)
                    * at(dyData, output, image, filter, outRow, outColumn));
          }
        }
      }
    }
    return sum.expected();
  }

  private static boolean inside(Shape maps, int row, int column) {
    return row >= 0 && row < maps.dim(2) && column >= 0 && column < maps.dim(3);
  }

  private static double at(MemorySegment data, Shape shape, int i, int j, int k, int l) {
    long row = ((long) i * shape.dim(1) + j) * shape.dim(2) + k;
    return data.getAtIndex(JAVA_FLOAT, row * shape.dim(3) + l);
  }
}
