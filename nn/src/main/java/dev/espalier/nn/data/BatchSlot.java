package dev.espalier.nn.data;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory for one batch, used over and over again. */
final class BatchSlot implements AutoCloseable {
  private final Tensor images;
  private final Tensor labels;
  private int size;
  private DataLoader.Position position;

  BatchSlot(int capacity, ImageShape shape) {
    // Whatever scope the loader was made in, its memory lives as long as the loader.
    images =
        Scope.detach(
            Tensor.empty(
                DType.FLOAT32,
                Shape.of(capacity, shape.channels(), shape.height(), shape.width())));
    labels = Scope.detach(Tensor.empty(DType.INT64, Shape.of(capacity)));
  }

  /** Stores the first {@code count} images and labels of the given arrays. */
  void fill(DataLoader.Position at, int count, float[] imageValues, long[] labelValues) {
    position = at;
    size = count;
    int values = Math.toIntExact(images.size() / images.dim(0)) * count;
    MemorySegment.copy(imageValues, 0, images.segment(), ValueLayout.JAVA_FLOAT, 0, values);
    MemorySegment.copy(labelValues, 0, labels.segment(), ValueLayout.JAVA_LONG, 0, count);
    images.touched();
    labels.touched();
  }

  /** New handles on the images and labels stored last. */
  Batch batch() {
    return new Batch(
        Scope.detach(images.narrow(0, 0, size)),
        Scope.detach(labels.narrow(0, 0, size)),
        position.epoch(),
        position.batch());
  }

  @Override
  public void close() {
    images.close();
    labels.close();
  }
}
