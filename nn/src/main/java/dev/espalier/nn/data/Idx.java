package dev.espalier.nn.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads image and label files in the IDX format of MNIST, plain or gzip.
 *
 * <p>All integers are big-endian. Images: int32 magic 2051, count, rows, columns, then count · rows
 * · columns unsigned bytes, row-major. Labels: int32 magic 2049, count, then one unsigned byte
 * each. Anything else is refused before memory is taken for it.
 *
 * <p>PyTorch: {@code torchvision.datasets.MNIST}.
 */
public final class Idx {
  private static final int IMAGE_MAGIC = 0x803;
  private static final int LABEL_MAGIC = 0x801;
  private static final int IMAGE_HEADER = 16;
  private static final int LABEL_HEADER = 8;

  private Idx() {}

  /**
   * Reads one split.
   *
   * @param name the data set's name; for a name in {@link Datasets} the content must not be another
   *     known data set's
   * @param split the split's name
   * @param images the image file
   * @param labels the label file
   * @param classes labels must be below this
   * @param strict refuse, rather than warn, when a file that bears the name of a published one has
   *     other content
   * @throws DatasetFormatException if a file is damaged, or the two do not belong together
   */
  public static ImageDataset read(
      String name, String split, Path images, Path labels, int classes, boolean strict)
      throws IOException {
    Labels read = readLabels(labels, classes);
    KnownDigests.check(name, labels, read.sha256(), strict);
    try (var file = DatasetFile.open(images)) {
      magic(file, IMAGE_MAGIC, "an IDX image file");
      int count = count(file);
      if (count != read.values().length) {
        throw file.bad(
            4, "count", count + " images but " + read.values().length + " labels in " + labels);
      }
      ImageShape shape = shape(file);
      long bytes = (long) count * shape.values();
      file.requireRoomFor(IMAGE_HEADER + bytes, 4, "count");
      byte[] pixels = new byte[(int) ImageDataset.checkedBytes(name, split, count, shape)];
      file.readFully(pixels, 0, pixels.length, "pixels");
      file.requireEnd();
      KnownDigests.check(name, images, file.sha256(), strict);
      return ImageDataset.of(name, split, shape, classes, pixels, read.values());
    }
  }

  private record Labels(byte[] values, String sha256) {}

  private static Labels readLabels(Path path, int classes) throws IOException {
    try (var file = DatasetFile.open(path)) {
      magic(file, LABEL_MAGIC, "an IDX label file");
      int count = count(file);
      file.requireRoomFor((long) LABEL_HEADER + count, 4, "count");
      byte[] values = new byte[count];
      file.readFully(values, 0, count, "labels");
      file.requireEnd();
      for (int i = 0; i < count; i++) {
        if ((values[i] & 255) >= classes) {
          throw file.bad(
              LABEL_HEADER + (long) i,
              "label",
              "label " + (values[i] & 255) + " of image " + i + " is not below " + classes);
        }
      }
      return new Labels(values, file.sha256());
    }
  }

  private static void magic(DatasetFile file, int expected, String what) throws IOException {
    int magic = file.readInt("magic");
    if (magic != expected) {
      throw file.bad(
          0, "magic", Integer.toUnsignedString(magic) + " found, but " + what + " has " + expected);
    }
  }

  private static int count(DatasetFile file) throws IOException {
    int count = file.readInt("count");
    if (count < 0) {
      throw file.bad(4, "count", Integer.toUnsignedString(count) + " exceeds 2^31 - 1");
    }
    return count;
  }

  private static ImageShape shape(DatasetFile file) throws IOException {
    int rows = side(file, "rows");
    int columns = side(file, "columns");
    return new ImageShape(1, rows, columns);
  }

  private static int side(DatasetFile file, String field) throws IOException {
    long offset = file.position();
    int side = file.readInt(field);
    if (side < 1 || side > ImageShape.MAX_SIDE) {
      throw file.bad(
          offset,
          field,
          Integer.toUnsignedString(side) + " is not within 1 to " + ImageShape.MAX_SIDE);
    }
    return side;
  }
}
