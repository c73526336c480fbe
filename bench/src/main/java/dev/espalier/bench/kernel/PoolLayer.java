package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pooling as inference needs it, without indices of maxima; shape {@code NxCxHxW-k3s2p1}. */
final class PoolLayer extends LayerWorkload {
  private static final Pattern SHAPE = Pattern.compile("(.+)-k(\\d{1,4})s(\\d{1,4})p(\\d{1,4})");

  private final Problem.Pool pool;
  private final PoolSpec spec;

  PoolLayer(CaseName name) {
    this(parse(name));
  }

  private PoolLayer(Problem.Pool pool) {
    super(
        pool,
        Shape.of(pool.batch(), pool.channels(), pool.outHeight(), pool.outWidth()),
        Shape.of(pool.batch(), pool.channels(), pool.height(), pool.width()));
    this.pool = pool;
    spec =
        new PoolSpec(
            pool.kernel(),
            pool.kernel(),
            pool.stride(),
            pool.stride(),
            pool.padding(),
            pool.padding());
  }

  private static Problem.Pool parse(CaseName name) {
    Matcher matcher = SHAPE.matcher(name.shape());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "the shape of a pooling is NxCxHxW-k3s2p1 but this is '%s'".formatted(name.shape()));
    }
    int[] images = numbers(matcher.group(1), 4);
    return new Problem.Pool(
        name.kernel().equals("maxpool2d"),
        images[0],
        images[1],
        images[2],
        images[3],
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)),
        Integer.parseInt(matcher.group(4)));
  }

  @Override
  public void run() {
    if (pool.max()) {
      backend.maxPool2d(operand(0), spec, result(), null);
    } else {
      backend.avgPool2d(operand(0), spec, result());
    }
  }

  @Override
  public Expected expected(long element) {
    long plane = element / ((long) pool.outHeight() * pool.outWidth());
    int outRow = (int) (element / pool.outWidth() % pool.outHeight());
    int outColumn = (int) (element % pool.outWidth());
    double largest = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double magnitude = 0;
    for (int kh = 0; kh < pool.kernel(); kh++) {
      for (int kw = 0; kw < pool.kernel(); kw++) {
        int row = outRow * pool.stride() - pool.padding() + kh;
        int column = outColumn * pool.stride() - pool.padding() + kw;
        if (row >= 0 && row < pool.height() && column >= 0 && column < pool.width()) {
          double x = at(0, (plane * pool.height() + row) * pool.width() + column);
          largest = Math.max(largest, x);
          sum += x;
          magnitude += Math.abs(x);
        }
      }
    }
    int window = pool.kernel() * pool.kernel();
    return pool.max()
        ? new Expected(largest, 0, 1)
        : new Expected(sum / window, magnitude / window, window);
  }
}
